import pytest

from tests.permissions.world import made


@pytest.fixture(scope="package")
def db(django_db_setup):
    """The world has a transaction of its own, and tests undo in it what they do: a savepoint around each of seven
    thousand was a thirtieth of their work."""


@pytest.fixture(scope="package")
def world(db, django_db_blocker):
    with made(django_db_blocker) as world:
        yield world
