import pytest
from django.db import connection

from tests.core import job_tasks
from tests.core.workers import Sink, Workers


@pytest.fixture
def effects(transactional_db):
    """The table that the jobs of the tests write into."""
    with connection.cursor() as cursor:
        cursor.execute(job_tasks.TABLE)
    yield job_tasks.counts
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE test_effect")


@pytest.fixture
def workers(effects, tmp_path):
    started = Workers(tmp_path)
    yield started
    started.end()


@pytest.fixture
def sink():
    with Sink() as running:
        yield running
