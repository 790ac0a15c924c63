from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from core.models import QuerySet, make_public_id
from features.library.models.works import Lesson, Work


class Enrolment(models.Model):
    """Somebody has begun a work. It stays when what they paid is given back, with how far they came."""

    work = models.ForeignKey(Work, models.CASCADE, related_name="enrolments")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="enrolments")
    started_at = models.DateTimeField(default=timezone.now)
    opened_at = models.DateTimeField(
        null=True, help_text="Since when all of it may be read: days count from here. Null: its free lessons were tried"
    )
    completed_at = models.DateTimeField(null=True)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["work", "person"], name="one_enrolment_each")]
        indexes = [models.Index(fields=["person", "-started_at"], name="enrolments_of_person")]


class LessonProgress(models.Model):
    """A lesson that is done."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="progress")
    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="progress")
    done_at = models.DateTimeField(default=timezone.now)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enrolment", "lesson"], name="a_lesson_is_done_once")]


class Certificate(models.Model):
    """That somebody went through a course to its end: in the words of that day, at an address that stays."""

    code = models.CharField(max_length=22, unique=True, default=make_public_id, editable=False)
    enrolment = models.OneToOneField(Enrolment, models.CASCADE, related_name="certificate")
    holder = models.CharField(max_length=80, help_text="The name on the day of issue")
    title = models.CharField(max_length=120, help_text="Of the course, on the day of issue")
    lessons = models.PositiveSmallIntegerField()
    minutes = models.PositiveIntegerField()
    issued_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    revocation_reason = models.CharField(max_length=200, blank=True)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at=None, revocation_reason="") | Q(revoked_at__isnull=False),
                name="only_a_revoked_certificate_has_a_reason",
            )
        ]

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("certificate", args=[self.code])

    @property
    def number(self) -> str:
        return f"C-{self.issued_at:%Y}-{self.pk:06}"
