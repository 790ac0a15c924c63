import re

import pytest
from django.core import mail
from django.db import connection

from core.jobs import run_pending
from tests import factories

CODE = re.compile(r"\b[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}\b")


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


@pytest.fixture
def letters():
    """What was mailed since it was last asked for, oldest first."""

    def sent():
        run_pending()
        found = list(mail.outbox)
        mail.outbox.clear()
        return found

    return sent


@pytest.fixture
def mailed_code(letters):
    """The code in the newest letter."""

    def code():
        return CODE.search(letters()[-1].body)[0]

    return code
