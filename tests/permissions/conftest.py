import pytest

from tests.permissions.world import made


@pytest.fixture(scope="package")
def world(django_db_setup, django_db_blocker):
    with made(django_db_blocker) as world:
        yield world
