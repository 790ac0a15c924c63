from django.conf import settings
from django.core.management.base import BaseCommand

from core.jobs import worker


class Command(BaseCommand):
    help = "Do the work that pages leave behind: letters, seats to release, reminders. SIGTERM lets it finish."

    def add_arguments(self, parser):
        parser.add_argument("--threads", type=int, default=settings.WORKER_THREADS)

    def handle(self, threads, **options):
        worker.run(threads)
