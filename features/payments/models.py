from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet, make_public_id


class OrderQuerySet(QuerySet):
    def unpaid(self):
        return self.filter(settled_at=None, released_at=None)


class Order(models.Model):
    """What one person agreed to buy, at what price. An order of nothing but free lines settles as it is opened."""

    public_id = models.CharField(max_length=22, unique=True, default=make_public_id, editable=False)
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="orders")
    currency = models.CharField(max_length=3)
    opened_at = models.DateTimeField(default=timezone.now)
    hold_until = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="order_currency_is_iso_4217"),
        ]
        indexes = [
            models.Index(fields=["hold_until"], name="order_open_holds", condition=Q(settled_at=None, released_at=None))
        ]

    @property
    def total_minor(self):
        return sum(line.total_minor for line in self.lines.all())

    @property
    def is_given_back(self):
        """All that was paid for it went back, or is on its way, by us or by their bank."""
        paid = self.payments.all()
        return bool(paid) and all(payment.left_minor <= payment.lost_minor for payment in paid)

    @property
    def is_unpaid(self):
        return self.settled_at is None and self.released_at is None


class OrderLine(models.Model):
    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    kind = models.CharField(max_length=40, help_text="Names the fulfilment that hands the thing over")
    ref = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    quantity = models.PositiveIntegerField(default=1)
    unit_minor = models.BigIntegerField(help_text="Price of one, in the currency's minor unit")
    currency = models.CharField(max_length=3)
    seller = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="sold_lines", null=True)
    policy = models.JSONField(default=dict, help_text="The refund policy as it was when this was bought")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(unit_minor__gte=0), name="order_line_price_not_negative"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="order_line_has_quantity"),
            models.UniqueConstraint(fields=["kind", "ref"], name="one_order_line_per_thing"),
        ]

    @property
    def total_minor(self):
        return self.unit_minor * self.quantity


# --- What is between us and Stripe ----------------------------------------------------------------------------------
class Checkout(models.Model):
    """One visit to Stripe's page. The row is committed before Stripe is asked, and names the call: asking again with
    the same row gives the same page."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="checkouts")
    public_id = models.CharField(max_length=22, unique=True, default=make_public_id, editable=False)
    stripe_id = models.CharField(max_length=255, null=True, unique=True)  # noqa: DJ001 - NULL is "not asked yet"
    url = models.URLField(max_length=2000, blank=True)
    opened_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=Q(closed_at=None), name="one_open_checkout_per_order")
        ]


class Payment(models.Model):
    """Money that Stripe has taken from a buyer: one row per payment intent, whether it was wanted or not."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="payments")
    stripe_id = models.CharField(max_length=255, unique=True, help_text="The payment intent")
    charge_id = models.CharField(max_length=255, blank=True, db_index=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    fee_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0, help_text="Refunds that were asked for and did not fail")
    paid_at = models.DateTimeField()
    is_kept = models.BooleanField(default=True, help_text="It paid for its order; other money goes back")

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payment_is_of_something"),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0, refunded_minor__lte=F("amount_minor")),
                name="refunds_within_the_payment",
            ),
            models.UniqueConstraint(fields=["order"], condition=Q(is_kept=True), name="one_kept_payment_per_order"),
        ]

    @property
    def left_minor(self):
        return self.amount_minor - self.refunded_minor

    @property
    def lost_minor(self):
        """What the buyer has back through their bank."""
        return sum(dispute.amount_minor for dispute in self.disputes.all() if dispute.state == "lost")


class GoingBack:
    """What a refund of either kind says of itself; `paid` is what it goes back of."""

    BY_BANK = "paid_by_bank"  # ours was not needed, as the buyer's bank gave it to them

    @property
    def is_by_bank(self):
        return self.code == self.BY_BANK

    @property
    def standing(self):
        """In words, for buyer and organiser."""
        if self.is_by_bank:
            return _("The bank paid it back instead")
        if self.state == Refund.State.ASKED and any(each.is_with_the_bank for each in self.paid.disputes.all()):
            return _("Waits until the bank has decided")
        return self.get_state_display()


class Refund(GoingBack, models.Model):
    """Money on its way back: who, why, how much. Written before Stripe is asked; `cause` makes each one happen once."""

    class Source(models.TextChoices):
        BUYER = "buyer", _("Given back by the buyer")
        HOST_CANCELLED = "host_cancelled", _("Called off")
        LATE = "late", _("Paid after the hold had ended")
        TWICE = "twice", _("Paid twice")
        AMOUNT = "amount", _("Another amount than the order's")
        RESOLD = "resold", _("Somebody else took the place")
        ORGANISER = "organiser", _("Decided by the organiser")
        SHARED = "shared", _("More people share the price")
        EXPERT_ABSENT = "expert_absent", _("The expert did not come")
        STRIPE = "stripe", _("Made in Stripe's dashboard")

    class State(models.TextChoices):
        ASKED = "asked", _("On its way to Stripe")
        PENDING = "pending", _("With the bank")
        DONE = "done", _("Paid back")
        FAILED = "failed", _("Failed")

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    public_id = models.CharField(max_length=22, unique=True, default=make_public_id, editable=False)
    cause = models.CharField(max_length=120, unique=True)
    amount_minor = models.BigIntegerField()
    source = models.CharField(max_length=20, choices=Source)
    reason = models.CharField(max_length=300, blank=True, help_text="What the buyer reads, where somebody decided it")
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now)
    stripe_id = models.CharField(max_length=255, null=True, unique=True)  # noqa: DJ001 - NULL is "not asked yet"
    settled_at = models.DateTimeField(null=True)
    attempt = models.PositiveSmallIntegerField(default=1)
    code = models.CharField(max_length=80, blank=True, help_text="Why Stripe refused it last")
    refused_at = models.DateTimeField(null=True)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_is_of_something")]

    @property
    def paid(self):
        return self.payment


class StripeEvent(models.Model):
    """An event whose work is done: this row and the work are one transaction. Ids and no content."""

    stripe_id = models.CharField(max_length=255, primary_key=True)
    kind = models.CharField(max_length=80)
    about = models.CharField(max_length=255, blank=True, help_text="The id of the object")
    api_version = models.CharField(max_length=40, blank=True)
    happened_at = models.DateTimeField(db_index=True)
    received_at = models.DateTimeField(default=timezone.now)


class Incident(models.Model):
    """Something about money that a person has to look at: what, which ids, and when it was put right."""

    class Kind(models.TextChoices):
        UNKNOWN_PAYMENT = "unknown_payment", _("Money without an order of ours")
        AMOUNT_DIFFERS = "amount_differs", _("Another amount than the order's")
        UNKNOWN_REFUND = "unknown_refund", _("A refund of no payment of ours")
        REFUND_FAILED = "refund_failed", _("A refund failed")
        DISPUTE = "dispute", _("A buyer disputes a payment")
        LEDGER_DIFFERS = "ledger_differs", _("Our books and Stripe's differ")
        API_VERSION = "api_version", _("An event in another version of Stripe's API")
        UNKNOWN_TRANSFER = "unknown_transfer", _("A transfer that was not made here")
        UNKNOWN_REVERSAL = "unknown_reversal", _("A transfer was taken back in Stripe's dashboard")
        SURPLUS = "surplus", _("Somebody paid for a second subscription")
        NOT_RESUMED = "not_resumed", _("A paused subscription could not go on")
        NO_ACCOUNT = "no_account", _("Stripe opened no account for an expert")
        STUCK = "stuck", _("It could not be done")

    kind = models.CharField(max_length=30, choices=Kind)
    about = models.CharField(max_length=255, help_text="The id at Stripe, or of ours")
    facts = models.JSONField(default=dict)
    found_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "about"], condition=Q(resolved_at=None), name="one_open_incident")
        ]


# --- The books ------------------------------------------------------------------------------------------------------
class Account(models.TextChoices):
    """Amounts are positive where value comes in (debit) and negative where it goes out or is owed (credit)."""

    STRIPE = "stripe", _("At Stripe")
    HELD = "held", _("Held until it is delivered")
    OWED = "owed", _("Owed to sellers")
    FEES = "fees", _("Fees of Stripe")
    DISPUTES = "disputes", _("In dispute")
    COMMISSION = "commission", _("Kept by the site")
    BANK = "bank", _("Paid out to the site's bank")


class LedgerTransaction(models.Model):
    """One movement of money, booked once. The database refuses one whose entries do not come to nothing."""

    key = models.CharField(max_length=255, unique=True, help_text="What moved: payment:pi_1, refund:re_1")
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="ledger_transactions")
    subscription_invoice = models.ForeignKey(
        "payments.SubscriptionInvoice", models.PROTECT, null=True, related_name="ledger_transactions"
    )
    happened_at = models.DateTimeField()
    booked_at = models.DateTimeField(default=timezone.now)

    objects = QuerySet.as_manager()


class LedgerEntry(models.Model):
    transaction = models.ForeignKey(LedgerTransaction, models.CASCADE, related_name="entries")
    account = models.CharField(max_length=20, choices=Account)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    objects = QuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["account", "currency"], name="ledger_by_account")]


# Models of their own modules.
from features.payments.coupon_models import Coupon, CouponUse  # noqa: E402, F401
from features.payments.credit_models import CreditLot, CreditMove, Package  # noqa: E402, F401
from features.payments.dispute_models import Dispute  # noqa: E402, F401
from features.payments.entitlement_models import Entitlement  # noqa: E402, F401
from features.payments.gift_models import Gift  # noqa: E402, F401
from features.payments.invoice_models import BillingDetails, Invoice, InvoiceCounter  # noqa: E402, F401
from features.payments.payout_models import (  # noqa: E402, F401
    Earning,
    Payout,
    PayoutAccount,
    Transfer,
    TransferReversal,
)
from features.payments.subscription_models import (  # noqa: E402, F401
    Plan,
    PlanPrice,
    StripeCustomer,
    Subscription,
    SubscriptionInvoice,
    SubscriptionRefund,
)
