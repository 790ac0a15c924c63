import logging

import pytest
from django.db import transaction

from tests.permissions.world import World


@pytest.fixture(scope="package")
def world(django_db_setup, django_db_blocker):
    """Made once for all tests of this folder; each undoes what it does. Thousands of requests are not logged."""
    with django_db_blocker.unblock(), transaction.atomic():
        logging.disable(logging.CRITICAL)
        yield World()
        logging.disable(logging.NOTSET)
        transaction.set_rollback(True)
