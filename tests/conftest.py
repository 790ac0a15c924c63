import gc
import re

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection, transaction
from django.db.backends.signals import connection_created
from django.test import Client, TransactionTestCase
from hypothesis import settings as search

from core import pool
from core.jobs import run_pending
from tests import factories
from tests.template import prepare

KEPT = {"django_migrations", "django_content_type", "auth_permission"}  # these describe the models
CODE = re.compile(r"\b[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}\b")


# The same examples in every run, and no clock beside them: what fails, fails for everybody, on slow machines too.
search.register_profile("same", deadline=None, derandomize=True)
search.load_profile("same")
# Tests that travel in time leave the database where it is.
connection_created.disconnect(dispatch_uid="clock")
pool.MOST = 2000  # one process asks what all pages and jobs together do


plain_log_in = Client.force_login


def log_in_with_second_factor(self, user, backend=None, *, second_factor=True):
    """As those log in whose role needs it. Long ago: where the password is asked once more, it still is."""
    plain_log_in(self, user, backend)
    if second_factor:
        session = self.session
        session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": 0}]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()


Client.force_login = log_in_with_second_factor


def pytest_collection_finish():
    """All that was imported stays: looking through it again and again for what could go costs a tenth of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(500_000, 20, 20)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """Each process that tests has a copy of one prepared database."""
    settings.DATABASES["default"]["TEST"]["TEMPLATE"] = connection.settings_dict["TEST"]["TEMPLATE"] = prepare()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup):
    """Tests with real transactions empty every table afterwards."""
    TransactionTestCase._fixture_teardown = empty_tables


def empty_tables(_case):
    """Delete the rows there are, with no trigger or key asked: the audit log refuses that everywhere else. Django would
    truncate all tables, the empty ones too, and fill in again what it knows of its models: half a second a test."""
    with transaction.atomic(), connection.cursor() as cursor:
        tables = [
            connection.ops.quote_name(table) for table in connection.introspection.table_names() if table not in KEPT
        ]
        cursor.execute(" UNION ALL ".join(f"SELECT '{t}' WHERE EXISTS (SELECT FROM {t})" for t in tables))
        filled = [row[0] for row in cursor.fetchall()]
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in filled:
            cursor.execute(f"DELETE FROM {table}")


@pytest.fixture(scope="module")
def learner(kept):
    return factories.make_user("Sofia Mendes", time_zone="Europe/Lisbon")


@pytest.fixture(scope="module")
def expert(kept):
    return factories.make_user("Amara Okonjo", time_zone="Africa/Lagos", role="expert")


@pytest.fixture(scope="module")
def outsider(kept):
    return factories.make_user("Tomás Quintela", time_zone="Europe/Madrid")


@pytest.fixture(scope="module")
def moderator(kept):
    return factories.make_user("Ines Falk", role="moderator")


@pytest.fixture(scope="module")
def organiser(kept):
    return factories.make_user("Oskar Lindqvist", role="organiser")


@pytest.fixture(scope="module")
def skill(kept):
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
