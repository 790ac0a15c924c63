"""Promises about time that were not kept: one record of them across everything that is promised here."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet
from features.moderation.models.objections import Objection, decided_with_an_answer, the_open_ones
from features.moderation.models.sanctions import Sanction

FORGOTTEN = timedelta(days=180)  # after which an incident says nothing any more


class IncidentQuerySet(QuerySet):
    def counting(self, now=None):
        """What still weighs: not excused, and not too long ago."""
        return self.filter(happened_at__gt=(now or timezone.now()) - FORGOTTEN, excused_at=None)

    def unquestioned(self):
        """Those that nobody has yet to decide on. What is being looked at takes nothing from anybody."""
        return self.filter(Q(appeal=None) | Q(appeal__decided_at__isnull=False))


class Incident(models.Model):
    """One promise that was not kept, by one person. The row stands as long as its cause does."""

    class Kind(models.TextChoices):
        NO_SHOW = "no_show", _("Did not come")
        LATE_CANCEL = "late_cancel", _("Called off late")
        NO_ANSWER = "no_answer", _("Did not answer")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="incidents")
    kind = models.CharField(max_length=12, choices=Kind)
    source = models.CharField(max_length=60, help_text="What it is about, as a text key: booking:12")
    other = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", help_text="Who waited"
    )
    ability = models.CharField(max_length=10, choices=Sanction.ABILITIES, help_text="What a pause takes away")
    happened_at = models.DateTimeField()
    noted_at = models.DateTimeField(default=timezone.now)
    excused_at = models.DateTimeField(null=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "person"], name="one_incident_of_a_cause")]
        indexes = [models.Index(fields=["person", "-happened_at"], name="incidents_of_person")]

    def counts(self, now) -> bool:
        return self.excused_at is None and self.happened_at > now - FORGOTTEN

    @property
    def counts_until(self):
        return self.happened_at + FORGOTTEN


class IncidentAppeal(Objection):
    """What the person says to one incident: once, decided by somebody else than whoever waited."""

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("It counts")
        EXCUSED = "excused", _("It does not count")

    incident = models.OneToOneField(Incident, models.CASCADE, related_name="appeal")
    words = models.TextField(max_length=2000)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)

    class Meta:
        constraints = [decided_with_an_answer("incident_appeal_is_decided_with_an_answer")]
        indexes = [the_open_ones("incident_appeals_open")]
