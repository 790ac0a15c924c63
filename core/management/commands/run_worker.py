from django.conf import settings
from django.core.management.base import BaseCommand

from core import checks
from core.jobs import worker


class Command(BaseCommand):
    help = "Do the work that pages leave behind: letters, seats to release, reminders. SIGTERM lets it finish."
    requires_system_checks = []  # they import every page, which doubles the start; those of the settings follow

    def add_arguments(self, parser):
        parser.add_argument("--threads", type=int, default=settings.WORKER_THREADS)

    def handle(self, threads, **options):
        checks.refuse_half_configured()
        worker.run(threads)
