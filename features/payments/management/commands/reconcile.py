from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from features.payments import services
from features.payments.models import Incident
from features.payments.services.standing import COMPARED, note_stripe
from features.payments.stripe_client import KeyRefused, StripeDown


class Command(BaseCommand):
    help = "Compare our books with Stripe's: mend what is missing here, and name what cannot be explained."

    def add_arguments(self, parser):
        parser.add_argument("--days", type=int, default=4, help="how far to look back")

    def handle(self, *args, days, **options):
        if not services.is_set_up():
            raise CommandError("Payments are not set up: there is nothing to compare.")
        try:
            found = services.reconcile(since=services.since_of(days))
        except StripeDown:
            raise CommandError("Stripe does not answer: run this again in a while.") from None
        except KeyRefused:
            raise CommandError("Stripe refuses the key in STRIPE_SECRET_KEY.") from None
        note_stripe(COMPARED, timezone.now())
        self.stdout.write(f"{found.mended} things were missing here and are there now.")
        for currency in sorted(found.ours | found.theirs):
            self.stdout.write(
                f"{currency}: ours {found.ours.get(currency, 0)}, Stripe's {found.theirs.get(currency, 0)}"
            )
        still_open = Incident.objects.filter(resolved_at=None)
        for incident in still_open.order_by("found_at"):
            self.stdout.write(f"{incident.get_kind_display()}: {incident.about} {incident.facts}")
        if still_open.exists() or not found.is_even:
            raise CommandError("Not everything is explained: see /manage/money/.")
