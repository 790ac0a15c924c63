from django.core.management.base import BaseCommand
from django.db.models import Q

from core.jobs import outbox
from core.models import Outbox


class Command(BaseCommand):
    help = "List the jobs that were given up and those that failed and wait; --retry gives them new attempts."

    def add_arguments(self, parser):
        parser.add_argument("--retry", metavar="ID", help="the id of a parked job, or `all`")

    def handle(self, retry, **options):
        if retry:
            count = outbox.retry(None if retry == "all" else [int(retry)])
            self.stdout.write(f"{count} jobs are due again.")
            return
        rows = Outbox.objects.filter(Q(parked_at__isnull=False) | Q(done_at=None, attempts__gt=0))
        for row in rows.order_by("parked_at", "not_before", "id"):
            state = "parked" if row.parked_at else f"again at {row.not_before:%Y-%m-%d %H:%M:%S} UTC"
            self.stdout.write(f"{row.pk}  {row.task}({row.ref})  {row.last_error}  {row.attempts} attempts  {state}")
        waiting = Outbox.objects.filter(done_at=None, parked_at=None).count()
        self.stdout.write(f"{waiting} jobs wait, {Outbox.objects.exclude(parked_at=None).count()} are parked.")
