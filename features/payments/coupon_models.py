from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet


class Coupon(models.Model):
    """A code that takes something off a price: how much, of what, how often, from when until when."""

    class Scope(models.TextChoices):
        ALL = "", _("Everything")
        REGISTRATION = "registration", _("Seats in sessions")
        BOOKING = "booking", _("Meetings")
        ENTITLEMENT = "entitlement", _("Articles and courses")
        CREDITS = "credits", _("Packages")

    code = models.CharField(_("code"), max_length=30, unique=True)
    seller = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="coupons", help_text="None is the whole site"
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    percent = models.PositiveSmallIntegerField(null=True)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    scope = models.CharField(_("for"), max_length=12, choices=Scope, blank=True)
    thing = models.CharField(max_length=60, blank=True, help_text="session:12, library:5, offer:3; or all")
    most = models.PositiveIntegerField(_("how often altogether"), null=True)
    most_each = models.PositiveSmallIntegerField(_("how often each person"), default=1)
    starts_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__gte=1, percent__lte=100, amount_minor=None) | Q(percent=None, amount_minor__gt=0),
                name="coupon_takes_something_off",
            ),
            models.CheckConstraint(condition=Q(most=None) | Q(most__gte=1), name="coupon_can_be_used"),
            models.CheckConstraint(condition=Q(most_each__gte=1), name="coupon_can_be_used_by_each"),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="coupon_ends_after_it_starts"
            ),
        ]

    def __str__(self):
        return self.code


class CouponUse(models.Model):
    """A code on an order. It counts from when it is entered, until the order ends unpaid."""

    coupon = models.ForeignKey(Coupon, models.PROTECT, related_name="uses")
    order = models.OneToOneField("payments.Order", models.CASCADE, related_name="coupon_use")
    line = models.ForeignKey("payments.OrderLine", models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="coupon_uses")
    off_minor = models.BigIntegerField()
    used_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(off_minor__gt=0), name="coupon_took_something_off")]
        indexes = [models.Index(fields=["coupon", "person"], condition=Q(ended_at=None), name="coupon_uses_that_count")]
