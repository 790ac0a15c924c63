from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


class Command(BaseCommand):
    help = "Brings the tables up to date and, with DEMO=1, fills in the demo world: one start of Django for both."
    requires_system_checks = []  # they read every page's code; the settings were checked before this began

    def handle(self, *args, **options):
        executor = MigrationExecutor(connection)
        # `migrate` with nothing to do still goes through every permission: a second on each start.
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", interactive=False, stdout=self.stdout)
        if settings.DEMO:
            call_command("seed", stdout=self.stdout)
