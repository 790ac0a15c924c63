from django.conf import settings

from features.payments.stripe_client import is_test_mode


def test_mode(request):
    """With a test key every page says so; without a key there is nothing to say."""
    return {"test_mode": bool(settings.STRIPE_SECRET_KEY) and is_test_mode()}
