from contextlib import contextmanager

from django.contrib import messages

from features.payments import services
from features.payments.stripe_client import StripeRefused


@contextmanager
def told(request, away, refused):
    """What Stripe did not do is said on the next page: `away` where it does not answer, `refused` where it said no."""
    try:
        with services.answered(away):
            yield
    except services.CheckoutRefused as error:
        messages.error(request, error.words)
    except StripeRefused:
        messages.error(request, refused)
