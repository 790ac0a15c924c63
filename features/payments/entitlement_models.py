from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet


class EntitlementQuerySet(QuerySet):
    def in_force(self, at):
        return self.filter(Q(until=None) | Q(until__gt=at), starts_at__lte=at, revoked_at=None, held_until=None)


class Entitlement(models.Model):
    """What somebody may use, from when until when, and why. Whoever asks about a key asks here and nowhere else, so
    that it holds whether or not the payment provider can be reached."""

    class Source(models.TextChoices):
        PURCHASE = "purchase", _("Bought")
        SUBSCRIPTION = "subscription", _("Subscription")
        GIFT = "gift", _("A gift")
        GRANT = "grant", _("Given")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="entitlements")
    key = models.CharField(max_length=60, help_text="library:12 is one work, library all of them")
    source = models.CharField(max_length=12, choices=Source)
    ref = models.CharField(max_length=60, help_text="Which purchase, subscription, gift or giver: a text key")
    starts_at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True, help_text="Not paid yet: so long its order may be paid")

    objects = EntitlementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "key", "source", "ref"], name="one_entitlement_per_cause"),
            # Two tabs open one order, and nobody buys what they have.
            models.UniqueConstraint(
                fields=["person", "key"], condition=Q(source="purchase", revoked_at=None), name="one_purchase_of_a_key"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("starts_at")), name="entitlement_ends_after_it_starts"
            ),
        ]
        indexes = [models.Index(fields=["source", "ref"], name="entitlements_by_cause")]
