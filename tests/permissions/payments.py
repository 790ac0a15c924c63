"""Orders belong to who buys. Stripe's webhook asks for a signature, which none of these has."""

from datetime import timedelta

from django.utils import timezone

from features.payments.models import Order


def add_orders(world):
    """One of the guest's whose time to pay is over, and that nobody has closed yet."""
    now = timezone.now()
    world.order = Order.objects.create(
        buyer=world.guest, currency="EUR", opened_at=now - timedelta(days=1), hold_until=now - timedelta(hours=23)
    )


def _order(w):
    return [w.order.public_id]


ARGUMENTS = dict.fromkeys(("order", "order_checkout", "order_departure", "order_look"), _order)
BODIES = {}

TABLE = """
#                       stranger unverif. member owner expert moderat. moderator+ organiser
order            GET    login    login    404    200   404    404      404        404
order_checkout   POST   login    login    404    303   404    404      404        404
order_departure  POST   login    login    404    303   404    404      404        404
order_look       POST   login    login    404    303   404    404      404        404
orders           GET    login    login    200    200   200    200      200        200
stripe_webhook   POST   400
"""
