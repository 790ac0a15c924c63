"""Orders belong to who buys. Stripe's webhook asks for a signature, which none of these has."""

from datetime import timedelta

from django.utils import timezone

from features.payments.models import Incident, Order


def add_orders(world):
    """One of the guest's whose time to pay is over, and that nobody has closed yet."""
    now = timezone.now()
    world.order = Order.objects.create(
        buyer=world.guest, currency="EUR", opened_at=now - timedelta(days=1), hold_until=now - timedelta(hours=23)
    )
    world.incident = Incident.objects.create(kind=Incident.Kind.DISPUTE, about="dp_canary", facts={"amount": 4500})


def _order(w):
    return [w.order.public_id]


ARGUMENTS = dict.fromkeys(
    ("order", "order_checkout", "order_coupon", "order_credit", "order_departure", "order_look", "order_right"),
    _order,
)
ARGUMENTS["manage_incident"] = lambda w: [w.incident.pk]
ARGUMENTS |= dict.fromkeys(("api:one_order", "api:open_checkout", "api:enter_code"), _order)
BODIES = {("api:enter_code", "PUT"): lambda w: {"code": "NOPE"}}

TABLE = """
#                       stranger unverif. member owner expert moderat. moderator+ organiser
order            GET    login    login    404    200   404    404      404        404
order_checkout   POST   login    login    404    303   404    404      404        404
order_coupon     POST   login    login    404    422   404    404      404        404
order_credit     POST   login    login    404    303   404    404      404        404
order_departure  POST   login    login    404    303   404    404      404        404
order_look       POST   login    login    404    303   404    404      404        404
order_right      POST   login    login    404    303   404    404      404        404
api:orders_list  GET    401      401      200    200   200    200      200        200
api:one_order    GET    401      401      404    200   404    404      404        404
api:open_checkout POST  401      401      404    409   404    404      404        404
api:enter_code   PUT    401      401      404    409   404    404      404        404
orders           GET    login    login    200    200   200    200      200        200
manage_money      GET   login    login    404    404   404    mfa      404        200
manage_money      POST  login    login    404    404   404    mfa      405        405
manage_money_file GET   login    login    404    404   404    mfa      404        200
manage_money_file POST  login    login    404    404   404    mfa      405        405
manage_incident   GET   login    login    404    404   404    mfa      405        405
manage_incident   POST  login    login    404    404   404    mfa      404        303
stripe_webhook   POST   400
"""
