from importlib import import_module
from importlib.util import find_spec

from django.core.management.base import BaseCommand
from django.db import connection

from core import processes
from features.mentoring.services import matching


class Command(BaseCommand):
    help = "Draws the lists of mentors of everybody anew. Compiled where the dependency group `matching` is installed."

    def add_arguments(self, parser):
        parser.add_argument(
            "--plain", action="store_true", help="in plain Python, which is slower and comes to the same"
        )

        parser.add_argument("--with-parent", action="store_true", help="end when whoever started this ends")

    def handle(self, *args, **options):
        if options["with_parent"]:
            processes.end_with_parent()
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")  # of this process alone: a large world takes its time
        reckon = matching.in_plain
        if not options["plain"] and find_spec("numba"):
            reckon = import_module("features.mentoring.compiled").in_compiled
        run = matching.match_everybody(reckon)
        if run is None:
            self.stdout.write("Somebody else is at it.")
        else:
            took = (run.finished_at - run.started_at).total_seconds()
            self.stdout.write(f"{run.mentees:,} lists from {run.mentors:,} mentors in {took:.1f} s")
