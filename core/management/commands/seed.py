import time
from contextlib import ExitStack

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone

from core import seeds

# A page's patience is no measure for this, and words are sorted into their index at once instead of row by row.
IN_BULK = """
    SET LOCAL statement_timeout = 0;
    SET LOCAL gin_pending_list_limit = '1GB';
    SET LOCAL maintenance_work_mem = '256MB';
    SET LOCAL work_mem = '64MB'
"""


class Command(BaseCommand):
    help = "Fill the site with the demo world around the present. A second run adds what is missing."

    def add_arguments(self, parser):
        parser.add_argument("--scale", type=int, metavar="N", help="A made-up world of N more members instead")
        parser.add_argument("--yes", action="store_true", help="With --scale: also where this is no demo")

    def handle(self, *, scale, yes, **options):
        is_demo = settings.DEMO and settings.IS_LOOPBACK
        if scale is not None:
            if scale < 1:
                raise CommandError("--scale takes the number of members, 1 or more.")
            if not (is_demo or yes):
                raise CommandError("This is no demo. Thousands of invented people would stand among real ones: --yes.")
            self.scale(scale)
            return
        if not is_demo:
            raise CommandError(
                "The demo accounts have a public password: they exist with DEMO=1 on HOST=localhost only."
            )
        now = timezone.now()
        with seeds.planned_once():
            for name, fill in seeds.in_order():
                started = time.monotonic()
                with seeds.in_one_piece(), ExitStack() as stack:
                    for surround in seeds.around.values():
                        stack.enter_context(surround())
                    fill(now)
                self.tell(started, name)

    def scale(self, members):
        """One transaction: all of it, or nothing. Nobody can log in as one of these: they have no password."""
        began = time.monotonic()
        world = seeds.Scale(members, timezone.now().replace(minute=0, second=0, microsecond=0))
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(IN_BULK)
            for name, fill in seeds.in_order(seeds.scales):
                started = time.monotonic()
                words = fill(world)
                self.tell(started, f"{name}: {words}")
        started = time.monotonic()
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("VACUUM (ANALYZE)")
            cursor.execute("RESET statement_timeout")
        self.tell(started, "vacuum and statistics")
        self.tell(began, f"all of {members:,} members")

    def tell(self, started, words):
        self.stdout.write(f"{time.monotonic() - started:6.1f} s  {words}")
        self.stdout.flush()
