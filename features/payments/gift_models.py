from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet, make_public_id


class Gift(models.Model):
    """So many days of a plan, paid once by somebody for somebody else. Whoever has its address can take it, once."""

    code = models.CharField(max_length=22, unique=True, default=make_public_id, editable=False)
    plan = models.ForeignKey("payments.Plan", models.PROTECT, related_name="gifts")
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="gifts_given")
    receiver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="gifts_received")
    days = models.PositiveSmallIntegerField()
    words = models.CharField(_("what you want to say"), max_length=300, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    paid_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="Not paid in time, or given back")

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_at=None, receiver=None) | Q(taken_at__isnull=False, receiver__isnull=False),
                name="gift_is_taken_by_somebody",
            )
        ]
