import pytest

from features.discovery.places import BLOCKS, rings


def keys_of(pk, is_higher):
    """What Postgres makes of a row."""
    return {pk >> size << 6 | 2 * size | is_higher for size in BLOCKS}


@pytest.mark.parametrize("top", [0, 1, 63, 64, 14_407, 483_395])
@pytest.mark.parametrize("is_higher", [0, 1])
def test_rings_hold_every_document_once(top, is_higher):
    made = [set(ring) for ring in rings(top)]
    for pk in {*range(0, top + 1, max(1, top // 2000)), top}:
        assert sum(bool(keys_of(pk, is_higher) & ring) for ring in made) == 1, pk


def test_the_newest_come_first_and_what_stands_higher_from_further_back():
    first = set(rings(1_000_000)[0])
    assert keys_of(1_000_000, 0) & first
    assert keys_of(1_000_000 - 300, 1) & first
    assert not keys_of(1_000_000 - 300, 0) & first


def test_there_are_few_of_them_among_millions_and_each_has_few_keys():
    made = rings(50_000_000)
    assert len(made) <= 20
    assert max(map(len, made)) <= 30
