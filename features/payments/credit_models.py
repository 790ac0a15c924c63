from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet


class Package(models.Model):
    """So many of something at one price, such as five hours with a mentor. What it was is kept by each lot, so a change
    touches nobody who has bought."""

    class Scope(models.TextChoices):
        MENTORING = "mentoring", _("One-to-one meetings")
        SESSION = "session", _("Seats in sessions")

    seller = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="packages")
    scope = models.CharField(_("good for"), max_length=12, choices=Scope)
    units = models.PositiveSmallIntegerField(_("how many"))
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    valid_days = models.PositiveSmallIntegerField(_("good for so many days"), default=180)
    offered_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(units__gte=2, units__lte=100), name="package_has_units"),
            models.CheckConstraint(condition=Q(price_minor__gt=0), name="package_has_a_price"),
            models.CheckConstraint(condition=Q(valid_days__gte=30, valid_days__lte=1095), name="package_lasts"),
        ]

    def __str__(self):
        return f"{self.units} × {self.get_scope_display()}"


class CreditLotQuerySet(QuerySet):
    def usable(self, now):
        return self.standing(now).filter(frozen_at=None)

    def standing(self, now):
        """Paid, and not over: also what cannot be spent while a bank decides."""
        return self.filter(held_until=None, ended_at=None, expires_at__gt=now, left__gt=0)


class CreditLot(models.Model):
    """What somebody has of a package: how many there were, how many are left, until when, at what price."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="credit_lots")
    seller = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    scope = models.CharField(max_length=12, choices=Package.Scope)
    units = models.PositiveSmallIntegerField()
    left = models.PositiveSmallIntegerField()
    price_minor = models.BigIntegerField(help_text="Of all units together")
    currency = models.CharField(max_length=3)
    valid_days = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    held_until = models.DateTimeField(null=True, help_text="Not paid yet: so long its order may be paid")
    ended_at = models.DateTimeField(null=True, help_text="Not paid in time, or what was left was given back")
    frozen_at = models.DateTimeField(null=True, help_text="The buyer's bank asked for its price, and it is undecided")

    objects = CreditLotQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(left__lte=F("units")), name="no_more_left_than_there_were"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("opened_at")), name="credits_expire_later"),
        ]
        indexes = [
            models.Index(
                fields=["person", "seller", "scope", "expires_at"],
                condition=Q(left__gt=0, ended_at=None),
                name="credits_first_to_expire",
            )
        ]

    def worth(self, units: int) -> int:
        """What so many of its units are worth: the price of one, and all of them the whole price."""
        return self.price_minor * units // self.units


class CreditMove(models.Model):
    """One unit spent, come back, or given back for money: each cause once."""

    class Kind(models.TextChoices):
        SPENT = "spent", _("Spent")
        RETURNED = "returned", _("Came back")
        REFUNDED = "refunded", _("Given back for money")

    lot = models.ForeignKey(CreditLot, models.PROTECT, related_name="moves")
    kind = models.CharField(max_length=10, choices=Kind)
    units = models.PositiveSmallIntegerField(default=1)
    cause = models.CharField(max_length=80, help_text="booking:12, refund:3")
    moved_at = models.DateTimeField(default=timezone.now)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "cause"], name="each_cause_moves_once")]
        indexes = [models.Index(fields=["lot", "id"], name="moves_of_lot")]
