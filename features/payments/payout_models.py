"""What sellers earn, and how it reaches them: an earning for each line that was paid, transfers of it and back."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet, make_public_id


class PayoutAccount(models.Model):
    """Somebody's account at Stripe, as Stripe described it last. Who they are and where their bank is, Stripe knows
    and we do not."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="payout_account")
    public_id = models.CharField(max_length=22, unique=True, default=make_public_id, editable=False)
    country = models.CharField(max_length=2)
    stripe_id = models.CharField(max_length=255, null=True, unique=True)  # noqa: DJ001 - NULL is "not asked yet"
    opened_at = models.DateTimeField(default=timezone.now)
    links = models.PositiveIntegerField(default=0, help_text="Ways to Stripe's pages that were asked for")
    is_submitted = models.BooleanField(default=False)
    is_ready = models.BooleanField(default=False, help_text="Transfers can go there")
    is_paid_out = models.BooleanField(default=False, help_text="Stripe pays it out to their bank")
    wanted = models.PositiveSmallIntegerField(default=0, help_text="How many facts Stripe still wants")
    wanted_by = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)

    objects = QuerySet.as_manager()


class EarningQuerySet(QuerySet):
    def held(self):
        return self.filter(released_at=None)

    def waiting(self):
        """More of it is released than what was sent."""
        return self.filter(booked_net_minor__gt=F("paid_minor"), seller__isnull=False)


class Earning(models.Model):
    """What a line that was paid comes to: gross = what went back + what the site keeps + what its seller gets. It is
    held until it is delivered and the time for complaints is over. What the site itself sells has no seller."""

    line = models.OneToOneField("payments.OrderLine", models.PROTECT, related_name="earning")
    payment = models.ForeignKey("payments.Payment", models.PROTECT, related_name="earnings")
    seller = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="earnings", null=True)
    currency = models.CharField(max_length=3)
    gross_minor = models.BigIntegerField()
    back_minor = models.BigIntegerField(default=0, help_text="Refunded, or taken back by the buyer's bank")
    fee_minor = models.BigIntegerField()
    net_minor = models.BigIntegerField()
    fee_points = models.PositiveIntegerField(help_text="The site's part in hundredths of a percent, as it was then")
    paid_minor = models.BigIntegerField(default=0, help_text="Transfers less what was taken back of them, as asked for")
    earned_at = models.DateTimeField()
    look_at = models.DateTimeField(help_text="When to ask whether it is delivered, and complaints are over")
    released_at = models.DateTimeField(null=True)
    # What of it is released, all or credit by credit, as the books say; the rest is not booked yet.
    booked_fee_minor = models.BigIntegerField(default=0)
    booked_net_minor = models.BigIntegerField(default=0)
    bookings = models.PositiveIntegerField(default=0)

    objects = EarningQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(gross_minor=F("back_minor") + F("fee_minor") + F("net_minor")), name="earning_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(back_minor__gte=0, fee_minor__gte=0, net_minor__gte=0, paid_minor__gte=0),
                name="earning_has_no_negative_part",
            ),
        ]
        indexes = [
            models.Index(fields=["look_at"], name="earning_held", condition=Q(released_at=None)),
            models.Index(fields=["seller", "-earned_at", "-id"], name="earning_by_seller"),
        ]


class Payout(models.Model):
    """What Stripe paid out to somebody's bank."""

    account = models.ForeignKey(PayoutAccount, models.PROTECT, related_name="payouts")
    stripe_id = models.CharField(max_length=255, unique=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=20)
    arrives_at = models.DateTimeField()

    objects = QuerySet.as_manager()


class Transfer(models.Model):
    """Money on its way to a seller's account. The row is committed before Stripe is asked, and names the call."""

    class State(models.TextChoices):
        ASKED = "asked", _("On its way")
        DONE = "done", _("Transferred")
        FAILED = "failed", _("Refused by Stripe")

    earning = models.ForeignKey(Earning, models.PROTECT, related_name="transfers")
    account = models.ForeignKey(PayoutAccount, models.PROTECT, related_name="transfers")
    public_id = models.CharField(max_length=22, unique=True, default=make_public_id, editable=False)
    amount_minor = models.BigIntegerField()
    offset_minor = models.BigIntegerField(default=0, help_text="Kept back for what they owed")
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    attempt = models.PositiveSmallIntegerField(default=1)
    asked_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    stripe_id = models.CharField(max_length=255, null=True, unique=True)  # noqa: DJ001 - NULL is "not asked yet"
    arrived_as = models.CharField(max_length=255, blank=True, db_index=True, help_text="Its name in their account")
    code = models.CharField(max_length=80, blank=True, help_text="Why Stripe refused")
    payout = models.ForeignKey(Payout, models.SET_NULL, null=True, related_name="transfers")

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gte=0, offset_minor__gte=0), name="transfer_not_negative")
        ]


class TransferReversalQuerySet(QuerySet):
    def owed(self):
        """More than what was kept back so far."""
        return self.filter(state=TransferReversal.State.OWED, covered_minor__lt=F("amount_minor"))


class TransferReversal(models.Model):
    """Money taken back from a seller, because its buyer got it back. What their account cannot give is owed, and kept
    back from what they earn next (`covered_minor`)."""

    class State(models.TextChoices):
        ASKED = "asked", _("On its way back")
        DONE = "done", _("Taken back")
        OWED = "owed", _("Owed")

    transfer = models.ForeignKey(Transfer, models.PROTECT, related_name="reversals")
    public_id = models.CharField(max_length=22, unique=True, default=make_public_id, editable=False)
    amount_minor = models.BigIntegerField()
    covered_minor = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    attempt = models.PositiveSmallIntegerField(default=1)
    asked_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)
    stripe_id = models.CharField(max_length=255, null=True, unique=True)  # noqa: DJ001 - NULL is "not asked yet"
    code = models.CharField(max_length=80, blank=True)

    objects = TransferReversalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, covered_minor__gte=0, covered_minor__lte=F("amount_minor")),
                name="reversal_is_of_something",
            )
        ]
