"""What the permission table needs of money: the expert's package, the guest's credits, a plan, a transfer."""

from datetime import timedelta

from django.utils import timezone

from features.payments.models import (
    Coupon,
    CreditLot,
    Earning,
    Gift,
    Order,
    OrderLine,
    Package,
    Payment,
    PayoutAccount,
    Plan,
    PlanPrice,
    Subscription,
    SubscriptionInvoice,
    Transfer,
)
from features.payments.services.invoicing import invoice_payment


def add_purchases(world) -> None:
    expert, guest = world.people["expert"], world.people["guest"]
    facts = {"seller": expert, "scope": "mentoring", "units": 5, "price_minor": 19900, "currency": "EUR"}
    world.package = Package.objects.create(**facts)
    expires_at = timezone.now() + timedelta(days=90)
    world.lot = CreditLot.objects.create(person=guest, left=3, valid_days=180, expires_at=expires_at, **facts)
    paid_lot(world.lot)
    world.transfer = refused_transfer(guest, world.people["member"])
    world.plan = Plan.objects.create(name="All of the library", about="Every article and course")
    price = PlanPrice.objects.create(plan=world.plan, amount_minor=900, currency="EUR")
    past = Subscription.objects.create(person=guest, price=price, state="canceled", stripe_id="sub_canary")
    world.subscription_payment = SubscriptionInvoice.objects.create(
        subscription=past, stripe_id="in_canary", amount_minor=900, currency="EUR", paid_at=timezone.now()
    )
    order = Order.objects.create(buyer=guest, currency="EUR", settled_at=timezone.now())
    payment = Payment.objects.create(
        order=order, stripe_id="pi_canary", amount_minor=4500, currency="EUR", paid_at=timezone.now()
    )
    world.payment = payment
    world.invoice = invoice_payment(payment, timezone.now())
    world.gift = Gift.objects.create(plan=world.plan, giver=guest, days=30, paid_at=timezone.now())
    world.coupon = Coupon.objects.create(code="CANARY-26", seller=expert, made_by=expert, percent=20, currency="EUR")


def paid_lot(lot) -> None:
    """What is left of it can be given back for money only while its price is there."""
    order = Order.objects.create(buyer=lot.person, currency=lot.currency, settled_at=lot.opened_at)
    OrderLine.objects.create(
        order=order, kind="credits", ref=str(lot.pk), title="Five meetings", unit_minor=lot.price_minor,
        currency=lot.currency, seller=lot.seller,
    )  # fmt: skip
    Payment.objects.create(
        order=order, stripe_id="pi_credits", charge_id="ch_credits", amount_minor=lot.price_minor,
        currency=lot.currency, paid_at=lot.opened_at,
    )  # fmt: skip


def refused_transfer(seller, buyer) -> Transfer:
    """To the guest, who was an expert once; Stripe refused it."""
    now = timezone.now()
    order = Order.objects.create(buyer=buyer, currency="EUR", opened_at=now, settled_at=now)
    line = OrderLine.objects.create(
        order=order, kind="past", ref="1", title="A past session", unit_minor=4500, currency="EUR", seller=seller
    )
    payment = Payment.objects.create(
        order=order, stripe_id="pi_earned", charge_id="ch_earned", amount_minor=4500, currency="EUR", paid_at=now
    )
    earning = Earning.objects.create(
        line=line, payment=payment, seller=seller, currency="EUR", gross_minor=4500, fee_minor=450, net_minor=4050,
        fee_points=1000, paid_minor=4050, earned_at=now, look_at=now, released_at=now,
    )  # fmt: skip
    account = PayoutAccount.objects.create(person=seller, country="DE")
    return Transfer.objects.create(
        earning=earning, account=account, amount_minor=4050, state=Transfer.State.FAILED, code="account_invalid"
    )
