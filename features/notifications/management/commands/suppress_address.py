from django.core.management.base import BaseCommand
from django.core.validators import validate_email

from features.notifications import services
from features.notifications.models import SuppressedAddress


class Command(BaseCommand):
    help = "Send no more notifications to an address, as after a complaint to your mail provider; --lift sends again."

    def add_arguments(self, parser):
        parser.add_argument("address")
        parser.add_argument("--reason", choices=SuppressedAddress.Reason.values, default="complained")
        parser.add_argument("--lift", action="store_true")

    def handle(self, address, reason, lift, **options):
        validate_email(address)
        if lift:
            was = services.lift_suppression(address=address)
            self.stdout.write("It is written to again." if was else "It was not on the list.")
            return
        services.suppress(address=address, reason=reason)
        self.stdout.write("It is not written to any more.")
