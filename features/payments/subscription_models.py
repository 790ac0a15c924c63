from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet, make_public_id
from features.payments.models import GoingBack, Refund


class Plan(models.Model):
    """Something to subscribe to: what it opens, and how often it is paid for. What it costs stands in its prices."""

    class Interval(models.TextChoices):
        MONTH = "month", _("a month")
        YEAR = "year", _("a year")

    name = models.CharField(_("name"), max_length=60)
    about = models.CharField(_("what it opens"), max_length=200)
    key = models.CharField(max_length=60, default="library", help_text="What its subscribers are entitled to")
    interval = models.CharField(_("paid once"), max_length=5, choices=Interval, default=Interval.MONTH)
    trial_days = models.PositiveSmallIntegerField(_("days for free to begin with"), default=0)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+")
    offered_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, editable=False)

    objects = QuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return self.name

    @property
    def price(self) -> "PlanPrice":
        """What it costs whoever begins now."""
        return max(self.prices.all(), key=lambda price: price.pk)


class PlanPrice(models.Model):
    """One version of a plan's price. A new one is for new subscribers: nobody's own price ever changes by it."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="prices")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    since = models.DateTimeField(default=timezone.now)
    stripe_id = models.CharField(max_length=255, null=True, unique=True)  # noqa: DJ001 - NULL is "not asked yet"

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="plan_price_is_of_something")]


class StripeCustomer(models.Model):
    """Who somebody is at Stripe; only whoever subscribes is anybody there."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="stripe_customer")
    stripe_id = models.CharField(max_length=255, null=True, unique=True)  # noqa: DJ001 - NULL is "not asked yet"


class SubscriptionQuerySet(QuerySet):
    def going_on(self):
        return self.filter(state__in=Subscription.GOING_ON)


class Subscription(models.Model):
    """What Stripe said last of somebody's subscription. It is mirrored here, and steered there."""

    class State(models.TextChoices):
        OPENING = "opening", _("Not paid yet")
        TRIALING = "trialing", _("For free at first")
        ACTIVE = "active", _("Paid")
        PAST_DUE = "past_due", _("A payment failed")
        PAUSED = "paused", _("Paused")
        UNPAID = "unpaid", _("Not paid, and ended")
        CANCELED = "canceled", _("Ended")

    GOING_ON = (State.TRIALING, State.ACTIVE, State.PAST_DUE, State.PAUSED)

    public_id = models.CharField(max_length=22, unique=True, default=make_public_id, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="subscriptions")
    price = models.ForeignKey(PlanPrice, models.PROTECT, related_name="subscriptions")
    state = models.CharField(max_length=10, choices=State, default=State.OPENING)
    stripe_id = models.CharField(max_length=255, null=True, unique=True)  # noqa: DJ001 - NULL is "not paid yet"
    checkout_id = models.CharField(max_length=255, blank=True)
    trial_days = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField(default=timezone.now)
    period_ends_at = models.DateTimeField(null=True)
    trial_ends_at = models.DateTimeField(null=True)
    ends_at_period_end = models.BooleanField(default=False)
    resumes_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    resume_tries = models.PositiveSmallIntegerField(default=0, help_text="How often Stripe refused to let it go on")
    resume_again_at = models.DateTimeField(null=True, help_text="Not before it is asked again")
    is_surplus = models.BooleanField(default=False, help_text="Paid beside another one: ended, and paid back")

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state__in=["trialing", "active", "past_due", "paused"]),
                name="one_subscription_each",
            )
        ]


class SubscriptionInvoice(models.Model):
    """A payment for a subscription that Stripe took, in the books by its own key."""

    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="invoices")
    stripe_id = models.CharField(max_length=255, unique=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    paid_at = models.DateTimeField()
    intent_id = models.CharField(max_length=255, blank=True, db_index=True, help_text="The payment intent that paid it")
    charge_id = models.CharField(max_length=255, blank=True, db_index=True)
    fee_minor = models.BigIntegerField(default=0)

    objects = QuerySet.as_manager()

    @property
    def left_minor(self):
        back = self.refunds.exclude(state=Refund.State.FAILED).aggregate(sum=models.Sum("amount_minor", default=0))
        return self.amount_minor - back["sum"]


class SubscriptionRefund(GoingBack, models.Model):
    """Money of a subscription on its way back, ours or made in Stripe's dashboard. Written before Stripe is asked."""

    invoice = models.ForeignKey(SubscriptionInvoice, models.PROTECT, related_name="refunds")
    public_id = models.CharField(max_length=22, unique=True, default=make_public_id, editable=False)
    cause = models.CharField(max_length=120, unique=True)
    amount_minor = models.BigIntegerField()
    source = models.CharField(max_length=20, choices=Refund.Source)
    state = models.CharField(max_length=10, choices=Refund.State, default=Refund.State.ASKED)
    requested_at = models.DateTimeField(default=timezone.now)
    stripe_id = models.CharField(max_length=255, null=True, unique=True)  # noqa: DJ001 - NULL is "not asked yet"
    settled_at = models.DateTimeField(null=True)
    attempt = models.PositiveSmallIntegerField(default=1)
    refused_at = models.DateTimeField(null=True)
    code = models.CharField(max_length=80, blank=True, help_text="Why Stripe refused it last")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True, help_text="What the member reads, where somebody decided it")
    ends_subscription = models.BooleanField(default=False, help_text="Its subscription was ended with it")

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="subscription_refund_is_something")]

    @property
    def paid(self):
        return self.invoice
