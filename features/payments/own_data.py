"""What this feature knows about a person, for export and erasure."""

from django.db.models import F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from core.jobs import enqueue
from features.accounts.personal_data import Foretold
from features.payments import services
from features.payments.models import (
    BillingDetails,
    Checkout,
    Coupon,
    CouponUse,
    CreditLot,
    CreditMove,
    Dispute,
    Earning,
    Entitlement,
    Gift,
    Incident,
    Invoice,
    LedgerEntry,
    Order,
    OrderLine,
    Package,
    Payment,
    Payout,
    PayoutAccount,
    Plan,
    Refund,
    StripeCustomer,
    Subscription,
    SubscriptionInvoice,
    SubscriptionRefund,
    Transfer,
    TransferReversal,
)


def export(person) -> dict:
    bought = OrderLine.objects.filter(order__buyer=person).order_by("order_id", "pk")
    sold = OrderLine.objects.filter(seller=person).order_by("order_id", "pk")
    lots = CreditLot.objects.filter(person=person).order_by("pk")
    line = ("kind", "title", "quantity", "unit_minor", "currency")
    return {
        "orders": list(
            Order.objects.filter(buyer=person)
            .order_by("pk")
            .values("public_id", "currency", "opened_at", "settled_at", "released_at")
        ),
        "bought": list(bought.values("order__public_id", *line)),
        "checkouts": list(Checkout.objects.filter(order__buyer=person).order_by("pk").values("opened_at", "closed_at")),
        "paid": list(
            Payment.objects.filter(order__buyer=person)
            .order_by("pk")
            .values("order__public_id", "amount_minor", "currency", "paid_at", "refunded_minor")
        ),
        "paid_back": list(
            Refund.objects.filter(payment__order__buyer=person)
            .order_by("pk")
            .values("payment__order__public_id", "amount_minor", "source", "reason", "state", "requested_at")
        ),
        "disputes": list(
            Dispute.objects.filter(
                Q(payment__order__buyer=person) | Q(subscription_invoice__subscription__person=person)
            )
            .order_by("pk")
            .values("amount_minor", "state")
        ),
        "booked": list(
            LedgerEntry.objects.filter(transaction__order__buyer=person)
            .order_by("pk")
            .values("transaction__happened_at", "account", "amount_minor", "currency")
        ),
        "incidents_closed": list(Incident.objects.filter(resolved_by=person).order_by("pk").values("kind", "about")),
        "entitlements": list(
            Entitlement.objects.filter(person=person)
            .order_by("pk")
            .values("key", "source", "starts_at", "until", "revoked_at")
        ),
        "sold": list(sold.values("order__opened_at", *line)),
        "credits": list(lots.values("seller", "scope", "units", "left", "price_minor", "opened_at", "expires_at")),
        "credits_spent": list(
            CreditMove.objects.filter(lot__person=person).order_by("pk").values("lot", "kind", "units", "moved_at")
        ),
        "packages": list(
            Package.objects.filter(seller=person).order_by("pk").values("scope", "units", "price_minor", "offered_at")
        ),
        "gifts": list(
            Gift.objects.filter(Q(giver=person) | Q(receiver=person))
            .order_by("pk")
            .values("plan__name", "days", "words", "paid_at", "taken_at")
        ),
        "plans_made": list(Plan.objects.filter(made_by=person).order_by("pk").values("name", "offered_at")),
        "subscriptions": list(
            Subscription.objects.filter(person=person)
            .order_by("pk")
            .values("price__plan__name", "price__amount_minor", "state", "opened_at", "ended_at")
        ),
        "subscription_payments": list(
            SubscriptionInvoice.objects.filter(subscription__person=person)
            .order_by("pk")
            .values("amount_minor", "currency", "paid_at")
        ),
        "subscription_money_back": list(
            SubscriptionRefund.objects.filter(invoice__subscription__person=person)
            .order_by("pk")
            .values("amount_minor", "source", "reason", "state", "requested_at")
        ),
        "billing": list(BillingDetails.objects.filter(person=person).values("name", "address", "country", "vat_id")),
        "coupons": list(
            Coupon.objects.filter(Q(seller=person) | Q(made_by=person)).order_by("pk").values("code", "made_at")
        ),
        "coupons_used": list(
            CouponUse.objects.filter(person=person).order_by("pk").values("coupon__code", "off_minor", "used_at")
        ),
        "invoices": list(
            Invoice.objects.of(person)
            .order_by("pk")
            .values(
                "number", "kind", "issued_at", "buyer", "lines", "net_minor", "vat_minor", "total_minor", "currency"
            )
        ),
        "earned": list(
            Earning.objects.filter(seller=person)
            .order_by("pk")
            .values("line__title", "earned_at", "currency", "gross_minor", "back_minor", "fee_minor", "net_minor")
        ),
        "transferred": list(
            Transfer.objects.filter(account__person=person)
            .order_by("pk")
            .values("amount_minor", "offset_minor", "state", "asked_at", "sent_at", "stripe_id")
        ),
        "taken_back": list(
            TransferReversal.objects.filter(transfer__account__person=person)
            .order_by("pk")
            .values("amount_minor", "covered_minor", "state", "asked_at")
        ),
        "paid_out": list(
            Payout.objects.filter(account__person=person)
            .order_by("pk")
            .values("amount_minor", "currency", "state", "arrives_at")
        ),
        "payout_account": list(
            PayoutAccount.objects.filter(person=person).values("stripe_id", "country", "opened_at", "is_ready")
        ),
        "at_stripe": list(StripeCustomer.objects.filter(person=person).values("stripe_id")),
    }


def leave(person) -> None:
    """What would go on being charged ends, and nothing more is sold. Credits that can no longer be spent are paid back.
    What they earned is still transferred: that needs no log-in."""
    open_states = (*Subscription.GOING_ON, Subscription.State.OPENING)
    newest = Subscription.objects.filter(person=person, state__in=open_states).order_by("-pk").first()
    if newest:  # another one that is begun later, such as after coming back, is another job
        enqueue("features.payments.tasks.end_subscription", person.pk, key=f"end_subscription:{person.pk}:{newest.pk}")
    for package in Package.objects.filter(seller=person, withdrawn_at=None):
        services.withdraw_package(package=package)
    now = timezone.now()
    Coupon.objects.filter(seller=person, withdrawn_at=None).update(withdrawn_at=now)
    for lot in [lot for lot in _sold_credits(person) if services.refund_worth(lot, now)]:
        services.give_back_credits(lot=lot, by=None, source=Refund.Source.HOST_CANCELLED)


def foretell(person) -> Foretold:
    own = CreditLot.objects.usable(timezone.now()).filter(person=person).aggregate(n=Sum("left"))["n"] or 0
    unsent = Earning.objects.filter(seller=person, net_minor__gt=F("paid_minor"))
    return Foretold(
        at_once=[
            (_("Subscriptions ended"), Subscription.objects.going_on().filter(person=person).count()),
            (_("Packages no longer sold"), Package.objects.filter(seller=person, withdrawn_at=None).count()),
            (_("Packages paid back to who bought them"), _sold_credits(person).count()),
            (_("Credits you cannot spend any more: give them back before"), own),
            (_("Earnings that still go to your account at Stripe, if it is ready"), unsent.count()),
            (_("Orders that stay in the books, as the law asks"), Order.objects.filter(buyer=person).count()),
        ]
    )


def _sold_credits(person):
    return CreditLot.objects.standing(timezone.now()).filter(seller=person)


def erase(person) -> None:
    """Books are kept by law: an order says what was bought and not by whom but through the account, and so do earnings;
    an invoice goes on naming its buyer, for as long as the law wants it kept. Whose account it is at Stripe, Stripe
    keeps under its own duty."""
    leave(person)
    BillingDetails.objects.filter(person=person).delete()
    Gift.objects.filter(giver=person).update(words="")
