from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet

LASTS = timedelta(minutes=30)


class SupportView(models.Model):
    """An organiser sees the site as somebody else: who, as whom, why, and until when. Nothing can be changed by it."""

    class Cause(models.TextChoices):
        ASKED = "asked", _("They asked for help")
        FAULT = "fault", _("To find a fault")
        CHECK = "check", _("To see what is open to them")

    class End(models.TextChoices):
        PRESSED = "pressed", _("Ended by the organiser")
        TIME = "time", _("Its time was over")
        ROLE = "role", _("The organiser’s session or role ended")
        PERSON = "person", _("The person may not be viewed any more")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="support_views")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    cause = models.CharField(max_length=10, choices=Cause)
    reason = models.CharField(max_length=300)
    begun_at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=10, blank=True, choices=End)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["by"], condition=Q(ended_at=None), name="one_open_support_view_each"),
            models.CheckConstraint(
                condition=Q(until__gt=F("begun_at"), until__lte=F("begun_at") + LASTS), name="support_view_is_short"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, end="")
                | Q(ended_at__gte=F("begun_at"), ended_at__lte=F("until")) & ~Q(end=""),
                name="support_view_ends_in_time",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="support_view_has_a_reason"),
            models.CheckConstraint(condition=Q(by=None) | ~Q(by=F("person")), name="nobody_views_themselves"),
        ]
        indexes = [models.Index(fields=["person", "-begun_at"], name="support_views_of_person")]


class SupportRefusal(models.Model):
    """Somebody as whom no organiser may see the site, because they said so."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="support_refusal"
    )
    since = models.DateTimeField(default=timezone.now)
