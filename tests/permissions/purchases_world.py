"""What the permission table needs of what is sold in advance: the expert's package, the guest's credits, a plan."""

from datetime import timedelta

from django.utils import timezone

from features.payments.models import Coupon, CreditLot, Order, Package, Payment, Plan, PlanPrice
from features.payments.services.invoicing import invoice_payment


def add_purchases(world) -> None:
    expert, guest = world.people["expert"], world.people["guest"]
    facts = {"seller": expert, "scope": "mentoring", "units": 5, "price_minor": 19900, "currency": "EUR"}
    world.package = Package.objects.create(**facts)
    expires_at = timezone.now() + timedelta(days=90)
    world.lot = CreditLot.objects.create(person=guest, left=3, valid_days=180, expires_at=expires_at, **facts)
    world.plan = Plan.objects.create(name="All of the library", about="Every article and course")
    PlanPrice.objects.create(plan=world.plan, amount_minor=900, currency="EUR")
    order = Order.objects.create(buyer=guest, currency="EUR", settled_at=timezone.now())
    payment = Payment.objects.create(
        order=order, stripe_id="pi_canary", amount_minor=4500, currency="EUR", paid_at=timezone.now()
    )
    world.invoice = invoice_payment(payment, timezone.now())
    world.coupon = Coupon.objects.create(code="CANARY-26", seller=expert, made_by=expert, percent=20, currency="EUR")
