"""Money is left out when two accounts become one, on purpose: whom Stripe knows under one account it does not know
under another, and books are not written over. What was free moves; whoever has paid, earned or been charged is not
merged into another, and nothing may be under way for either."""

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from features.accounts.merging import Obstacle, Part, columns, parts
from features.payments.models import (
    CreditLot,
    Dispute,
    Earning,
    Order,
    OrderLine,
    PayoutAccount,
    Refund,
    Subscription,
    SubscriptionRefund,
)


def obstacles(staying, merged):
    both = (staying, merged)
    if _is_under_way(both):
        yield Obstacle(
            "money_open",
            _(
                "Money is under way for one of the accounts: an order, a refund, a dispute, credits, earnings or a "
                "subscription. Money is never merged: settle or end it first."
            ),
        )
    if PayoutAccount.objects.filter(person__in=both).exists():
        words = _(
            "One of the accounts is connected with an account at Stripe, which cannot be given to another person."
        )
        yield Obstacle("stripe_account", words)
    priced = OrderLine.objects.filter(unit_minor__gt=0)
    paid_before = priced.filter(Q(order__buyer=merged) | Q(seller=merged)).exists()
    if paid_before or Subscription.objects.filter(person=merged).exists():
        yield Obstacle(
            "money_before",
            _(
                "With the account to be merged something was bought or sold, and money is never merged. Merge the "
                "other way, or leave both, and let their owner close one."
            ),
        )


def _is_under_way(people) -> bool:
    now = timezone.now()
    going = (Refund.State.ASKED, Refund.State.PENDING, Refund.State.FAILED)
    of_theirs = Q(payment__order__buyer__in=people) | Q(payment__order__lines__seller__in=people)
    disputed = of_theirs | Q(subscription_invoice__subscription__person__in=people)
    open_ones = (*Subscription.GOING_ON, Subscription.State.OPENING)
    ways = (
        Order.objects.unpaid().filter(Q(buyer__in=people) | Q(lines__seller__in=people)),
        Refund.objects.filter(of_theirs, state__in=going),
        SubscriptionRefund.objects.filter(invoice__subscription__person__in=people, state__in=going),
        Dispute.objects.filter(disputed, state__in=Dispute.WITH_THE_BANK),
        Subscription.objects.filter(person__in=people, state__in=open_ones),
        CreditLot.objects.standing(now).filter(Q(person__in=people) | Q(seller__in=people)),
        Earning.objects.filter(Q(released_at=None) | Q(net_minor__gt=F("paid_minor")), seller__in=people),
    )
    return any(rows.exists() for rows in ways)


def register():
    words = {
        "Order.buyer": _("Orders, all free"), "OrderLine.seller": _("Taken by others, all free"),
        "Entitlement.person": _("Rights to use something"), "Coupon.seller": _("coupons"),
        "CouponUse.person": _("coupons used"), "Package.seller": _("packages"), "CreditLot.person": _("credits"),
        "CreditLot.seller": _("credits sold"), "Gift.giver": _("gifts"), "Gift.receiver": _("gifts taken"),
        "Invoice.person": _("invoices"), "PayoutAccount.person": _("an account at Stripe"),
        "Earning.seller": _("earnings"), "StripeCustomer.person": _("a customer at Stripe"),
        "Subscription.person": _("subscriptions"),
    }  # fmt: skip
    ruled = columns(
        "payments",
        words,
        move="Order.buyer OrderLine.seller Refund.requested_by Incident.resolved_by Coupon.made_by Plan.made_by"
        " SubscriptionRefund.requested_by",
        keep="Entitlement.person BillingDetails.person",
        refuse="Coupon.seller CouponUse.person Package.seller CreditLot.person CreditLot.seller Gift.giver"
        " Gift.receiver Invoice.person PayoutAccount.person Earning.seller StripeCustomer.person Subscription.person",
    )
    parts.register("payments", Part(ruled, obstacles=obstacles))
