"""The short form of `bin/prove seats`."""

import pytest

from tests.prove.seats import storm


@pytest.mark.django_db(transaction=True)
def test_mixed_acts_at_once_lose_no_seat_and_never_deadlock():
    result = storm(400, threads=6)
    assert result["unexpected"] == []
    assert (result["wrong_counts"], result["deadlocks"]) == (0, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("isolation", ["REPEATABLE READ", "SERIALIZABLE"])
def test_nor_at_stricter_isolation(isolation):
    result = storm(90, isolation, threads=4)
    assert (result["wrong_counts"], result["unexpected"]) == (0, [])
