import pytest
from django.db import connection

from tests import factories


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests with real transactions empty every table afterwards; the audit log refuses that everywhere else."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER audit_table_stays")


@pytest.fixture
def learner(db):
    return factories.make_user("Sofia Mendes", time_zone="Europe/Lisbon")


@pytest.fixture
def expert(db):
    return factories.make_user("Amara Okonjo", time_zone="Africa/Lagos", role="expert")


@pytest.fixture
def outsider(db):
    return factories.make_user("Tomás Quintela", time_zone="Europe/Madrid")


@pytest.fixture
def moderator(db):
    return factories.make_user("Ines Falk", role="moderator")


@pytest.fixture
def organiser(db):
    return factories.make_user("Oskar Lindqvist", role="organiser")


@pytest.fixture
def skill(db):
    return factories.make_skill("PostgreSQL", synonyms=["Postgres"])
