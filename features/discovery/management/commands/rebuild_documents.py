import time

from django.core.management.base import BaseCommand

from features.discovery import services


class Command(BaseCommand):
    help = "Bring the site's search into line with everything there is. What is in line already is not touched."

    def handle(self, **options):
        started = time.monotonic()
        for done in services.rebuild():
            words = f"{done.kind}: {done.there:,} there, {done.written:,} written, {done.withdrawn:,} withdrawn"
            self.stdout.write(f"{time.monotonic() - started:6.1f} s  {words}")
            self.stdout.flush()
        new, gone = services.relearn_words()
        self.stdout.write(f"{time.monotonic() - started:6.1f} s  words: {new:,} new, {gone:,} gone")
