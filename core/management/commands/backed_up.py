from django.core.management.base import BaseCommand
from django.db.models.functions import Now

from core.models import Heartbeat


class Command(BaseCommand):
    help = "Write down that a backup of the database was made: run it behind your own, so that its absence is seen."

    def handle(self, **options):
        Heartbeat.objects.update_or_create(name=Heartbeat.BACKUP, defaults={"beat_at": Now()})
        self.stdout.write("Written down.")
