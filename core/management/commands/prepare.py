import os
import time

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import get_resolver

PATIENCE = 300  # seconds: whoever starts the database ends this command if it does not come up


class Command(BaseCommand):
    help = "Brings the tables up to date and, with DEMO=1, fills in the demo world: one start of Django for both."
    requires_system_checks = []  # they read every page's code; the settings were checked before this began

    def add_arguments(self, parser):
        parser.add_argument("--wait", action="store_true", help="The database is being started meanwhile")

    def handle(self, *args, wait, **options):
        if wait and not is_up():
            if settings.DEMO:
                get_resolver().url_patterns  # noqa: B018 - its seeds name addresses: read while there is time
            wait_for_database()
        executor = MigrationExecutor(connection)
        # `migrate` with nothing to do still goes through every permission: a second on each start.
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", interactive=False, stdout=self.stdout)
        if settings.DEMO:
            call_command("seed", stdout=self.stdout)


def is_up() -> bool:
    try:
        psycopg.connect(os.environ["DATABASE_URL"]).close()
    except psycopg.OperationalError:
        return False
    return True


def wait_for_database() -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_up() and time.monotonic() < deadline:
        time.sleep(0.05)
