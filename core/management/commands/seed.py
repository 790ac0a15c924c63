import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core import seeds


class Command(BaseCommand):
    help = "Fill the site with the demo world around the present. A second run adds what is missing."

    def handle(self, **options):
        if not (settings.DEMO and settings.IS_LOOPBACK):
            raise CommandError(
                "The demo accounts have a public password: they exist with DEMO=1 on HOST=localhost only."
            )
        now = timezone.now()
        for name, fill in seeds.in_order():
            started = time.monotonic()
            fill(now)
            self.stdout.write(f"{time.monotonic() - started:6.1f} s  {name}")
            self.stdout.flush()
