import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from features.forum.importing import NotAnExport, bring_in, reader_of
from features.forum.models import Board

MOST_PROBLEMS = 50


class Command(BaseCommand):
    help = (
        "Bring in the discussions of another forum: a dump of Stack Exchange (a folder with Posts.xml, Users.xml, "
        "Votes.xml, Comments.xml), or topics of Discourse as JSON (a file, or a folder of them). Run again it brings "
        "in what is new; killed, it goes on where it stood."
    )

    def add_arguments(self, parser):
        parser.add_argument("path", type=Path)
        parser.add_argument("--board", required=True, help="The address (slug) of the board that takes it all")
        parser.add_argument("--source", default="", help="A name for where it comes from; by default that of the path")

    def handle(self, *, path, board, source, **options):
        began = time.monotonic()
        found = Board.objects.filter(slug=board).first()
        if found is None:
            raise CommandError(f"There is no board “{board}”. An organiser opens one at /manage/boards/.")
        try:
            done = bring_in(reader_of(path), source=source or path.resolve().name, board=found, tell=self.stdout.write)
        except NotAnExport as problem:
            raise CommandError(str(problem)) from problem
        for problem in done.problems[:MOST_PROBLEMS]:
            self.stderr.write(str(problem))
        if len(done.problems) > MOST_PROBLEMS:
            self.stderr.write(f"… and {len(done.problems) - MOST_PROBLEMS:,} more like these.")
        self.stdout.write(
            f"New: {done.people:,} people, {done.threads:,} threads, {done.replies:,} answers, {done.comments:,} "
            f"comments, {done.accepted:,} accepted answers. Here before: {done.known:,}. "
            f"Not usable: {len(done.problems):,}. {time.monotonic() - began:.1f} s."
        )
