"""What allauth tells us of addresses."""

from allauth.account.signals import email_changed
from django.dispatch import receiver

from features.notifications import services


@receiver(email_changed)
def address_changed(from_email_address, **kwargs):
    """That the former one refused letters says nothing of the new one, and nobody here is behind it any more: erasing
    the account would not find it."""
    if from_email_address:
        services.lift_suppression(address=from_email_address.email)
