"""Rows that stay for the tests of a file that ask for them: these tests run one after the other, in this order."""

import pytest

from features.accounts.models import User
from tests.factories import make_user

made = []


@pytest.fixture(scope="module")
def one(kept):
    made.append(make_user("Ada Keller", headline="As it was"))
    return made[-1]


@pytest.fixture(scope="module")
def other(one):
    return make_user(f"Brother of {one.name}", languages=["de"])


def test_they_are_made_when_somebody_asks(one):
    one.headline = "Changed"
    one.save()
    one.found_by_nobody = True
    assert list(User.objects.all()) == [one]


def test_the_next_finds_the_same_as_it_was(one, other):
    assert one is made[0]
    assert (one.headline, hasattr(one, "found_by_nobody")) == ("As it was", False)
    one.refresh_from_db()
    assert one.headline == "As it was"
    other.languages.append("fr")
    other.delete()


def test_what_was_made_after_them_is_there_as_well(one, other):
    assert (other.languages, User.objects.filter(pk=other.pk).exists()) == (["de"], True)


def test_what_nobody_asked_for_is_not_there(one):
    assert list(User.objects.all()) == [one]
    assert len(made) == 1


def test_nor_anything_for_who_asks_for_nothing(db):
    assert not User.objects.exists()


def test_who_asks_after_that_gets_them_made_anew(one):
    assert made == [*made[:1], one]
    assert len(made) == 2


@pytest.mark.parametrize("time", [3, 4])
def test_with_real_transactions_they_are_for_one_test_alone(one, transactional_db, time):
    assert (one.headline, len(made)) == ("As it was", time)
    assert list(User.objects.all()) == [one]
    one.headline = "Changed"
    one.save()
