"""Whether the host came: asked once somebody with a seat says no, answered by the host, decided once."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet
from features.sessions.models.seats import Registration
from features.sessions.models.sessions import SkillSession

ANSWERED_WITHIN = timedelta(days=2)


class HostAbsenceQuerySet(QuerySet):
    def open(self):
        return self.filter(decided_at=None)


class HostAbsence(models.Model):
    class Outcome(models.TextChoices):
        ABSENT = "absent", _("The host did not come")
        CAME = "came", _("The host came")

    session = models.OneToOneField(SkillSession, models.PROTECT, related_name="host_absence")
    opened_at = models.DateTimeField(default=timezone.now)
    answer_until = models.DateTimeField()
    answer = models.CharField(max_length=6, choices=Outcome, blank=True, help_text="What the host says")
    answer_words = models.TextField(max_length=1000, blank=True)
    answered_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=6, choices=Outcome, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", help_text="A moderator, or the rule"
    )

    objects = HostAbsenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", decided_at=None) | (~Q(outcome="") & Q(decided_at__isnull=False)),
                name="absence_is_decided_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="absence_is_answered_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["answer_until"], condition=Q(decided_at=None), name="absences_to_decide")]

    @property
    def is_absent(self):
        return self.outcome == self.Outcome.ABSENT


class HostAbsenceVoice(models.Model):
    """What somebody with a seat says of it: each seat once, changed until it is decided."""

    absence = models.ForeignKey(HostAbsence, models.CASCADE, related_name="voices")
    registration = models.OneToOneField(Registration, models.CASCADE, related_name="host_absence_voice")
    came = models.BooleanField()
    words = models.TextField(max_length=500, blank=True)
    said_at = models.DateTimeField(default=timezone.now)

    objects = QuerySet.as_manager()
