from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet
from features.assessments.models.work import Submission

ROOM_OPENS = timedelta(minutes=15)


class Verdict(models.TextChoices):
    PENDING = "pending", _("Booked")
    IN_PROGRESS = "in_progress", _("In progress")
    PASS = "pass", _("Passed")
    FAIL = "fail", _("Not passed")
    CALLED_OFF = "called_off", _("Called off")


class EvaluationQuerySet(QuerySet):
    def standing(self):
        """Those that hold time and wait for a verdict."""
        return self.filter(cancelled_at=None, submission__state=Submission.State.LIVE)

    def of(self, person):
        return self.filter(Q(examiner=person) | Q(submission__person=person))


class Evaluation(models.Model):
    """A talk about one's work, at a time that both have claimed. What is judged, and what comes of it, is the
    submission's, like that of any work."""

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="evaluation")
    examiner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="evaluations")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    time_zone = models.CharField(max_length=64)
    booked_at = models.DateTimeField(default=timezone.now)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="evaluation_takes_time")]
        indexes = [models.Index(fields=["examiner", "starts_at"], name="evaluations_by_examiner")]

    def verdict(self, now) -> Verdict:
        """Of the newest judgement; passed from the level that the task asks for."""
        if self.cancelled_at:
            return Verdict.CALLED_OFF
        if (level := self.submission.level) is not None:
            return Verdict.PASS if level >= self.submission.task.pass_level else Verdict.FAIL
        return Verdict.IN_PROGRESS if self.starts_at <= now else Verdict.PENDING

    def other(self, person):
        return self.submission.person if person.pk == self.examiner_id else self.examiner

    def room_is_open(self, now) -> bool:
        return self.cancelled_at is None and self.starts_at - ROOM_OPENS <= now < self.ends_at + ROOM_OPENS
