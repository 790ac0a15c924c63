import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from features.skills.esco import NotEsco
from features.skills.services import import_esco

MOST_PROBLEMS = 50


class Command(BaseCommand):
    help = (
        "Bring in ESCO's skills, their synonyms and relations from the archives of its portal "
        "(classification in English as CSV, and the relations). What is curated here is left as it is."
    )

    def add_arguments(self, parser):
        parser.add_argument("archives", nargs="+", type=Path, metavar="ZIP")

    def handle(self, *, archives, **options):
        began = time.monotonic()
        try:
            done = import_esco(archives, tell=self.stdout.write)
        except NotEsco as problem:
            raise CommandError(str(problem)) from problem
        for problem in done.problems[:MOST_PROBLEMS]:
            self.stderr.write(str(problem))
        if len(done.problems) > MOST_PROBLEMS:
            self.stderr.write(f"… and {len(done.problems) - MOST_PROBLEMS:,} more rows like these.")
        self.stdout.write(
            f"{done.skills:,} skills and {done.groups:,} groups are new, {done.known:,} were here before, "
            f"{done.matched:,} are what the site already called by that name.\n"
            f"{done.synonyms:,} synonyms and {done.relations:,} relations are new.\n"
            f"Left out: {done.taken:,} synonyms that mean another skill, {done.too_long:,} that are too long, "
            f"{len(done.problems):,} rows that cannot be used.\n"
            f"{time.monotonic() - began:.1f} s. Source: ESCO, European Commission, CC BY 4.0."
        )
