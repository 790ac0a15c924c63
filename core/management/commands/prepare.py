from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Brings the tables up to date and, with DEMO=1, fills in the demo world: one start of Django for both."

    def handle(self, *args, **options):
        call_command("migrate", interactive=False, stdout=self.stdout)
        if settings.DEMO:
            call_command("seed", stdout=self.stdout)
