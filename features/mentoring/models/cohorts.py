"""A group that an organiser pairs at once."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet


class Cohort(models.Model):
    class Mode(models.TextChoices):
        BEST = "best", _("Best sum: as many as can be placed, then the most that fits all")
        STABLE = "stable", _("Stable: no two would both rather have each other")

    name = models.CharField(_("name"), max_length=100)
    mode = models.CharField(_("how"), max_length=10, choices=Mode, default=Mode.BEST)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    drawn_at = models.DateTimeField(null=True, editable=False)
    figures = models.JSONField(default=dict, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)

    objects = QuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self):
        return self.name


class CohortMember(models.Model):
    """Somebody in it: who has places is a mentor there, who has none wants one."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="members")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    places = models.PositiveSmallIntegerField(default=0)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cohort", "person"], name="once_in_a_cohort")]


class CohortPair(models.Model):
    """Two who belong together: pinned by hand, or drawn. One mentor for each mentee."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="pairs")
    mentee = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    mentor = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    score = models.IntegerField(default=0, help_text="In millionths")
    is_pinned = models.BooleanField(default=False)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cohort", "mentee"], name="one_mentor_in_a_cohort"),
            models.CheckConstraint(condition=~Q(mentee=F("mentor")), name="nobody_mentors_themselves"),
        ]
