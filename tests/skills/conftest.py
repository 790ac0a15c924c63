import pytest
from django.db import transaction

from features.skills import services


@pytest.fixture(scope="module")
def starter(django_db_setup, django_db_blocker):
    """The starter set, once for a module: its tests run in savepoints of the transaction that holds it."""
    with django_db_blocker.unblock(), transaction.atomic():
        services.load_starter()
        yield
        transaction.set_rollback(True)
