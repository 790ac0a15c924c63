from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS

from core.tables import make_tables


class Command(migrate.Command):
    help = f"{migrate.Command.help} An empty database gets its tables from the models at once."

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--step-by-step", action="store_true", help="Go through every migration all the same")

    def handle(self, *args, step_by_step=False, **options):
        is_whole = not (options["app_label"] or options["fake"] or options["plan"] or options["check_unapplied"])
        if is_whole and not step_by_step and options["database"] == DEFAULT_DB_ALIAS:
            is_made = make_tables()
            if is_made:  # only signals are left: whether the models say more than all migrations need not be found out
                options["verbosity"] = 0
        return super().handle(*args, **options)
