"""Asking somebody to be one's mentor, and who is kept apart."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet, make_public_id
from features.skills.models import Skill

ANSWER_WITHIN = timedelta(hours=48)
QUESTION_WAITS = timedelta(days=7)


class RequestQuerySet(QuerySet):
    def open(self):
        return self.filter(state__in=MentorshipRequest.OPEN)


class MentorshipRequest(models.Model):
    """One person asks another to mentor them. Whoever has to act has until `due_at`."""

    class State(models.TextChoices):
        NEW = "new", _("Not read yet")
        VIEWED = "viewed", _("Read")
        NEEDS_INFO = "needs_info", _("The mentor asks something")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        EXPIRED = "expired", _("Not answered in time")
        WITHDRAWN = "withdrawn", _("Taken back")

    class Reason(models.TextChoices):
        FULL = "full", _("I have no room for anybody new")
        NOT_MY_FIELD = "not_my_field", _("Somebody else knows more about this")
        TOO_EARLY = "too_early", _("It is too early: something else comes first")
        NO_FIT = "no_fit", _("I do not think that we fit")

    OPEN = (State.NEW, State.VIEWED, State.NEEDS_INFO)

    public_id = models.CharField(max_length=22, unique=True, default=make_public_id, editable=False)
    mentee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="mentorship_requests")
    mentor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="mentorship_requests_received")
    goal = models.CharField(max_length=200)
    background = models.TextField(max_length=2000)
    expectation = models.TextField(max_length=1000)
    skills = models.ManyToManyField(Skill, related_name="mentorship_requests")
    brief = models.JSONField(default=list, help_text="What the mentee has done here, as it was when they asked")
    goes_on = models.BooleanField(default=True, help_text="Unanswered, it goes to the next who fits")
    origin = models.ForeignKey("self", models.SET_NULL, null=True, related_name="onward")
    state = models.CharField(max_length=12, choices=State, default=State.NEW)
    sent_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    viewed_at = models.DateTimeField(null=True)
    first_answer_at = models.DateTimeField(null=True)
    question = models.TextField(max_length=1000, blank=True)
    answer = models.TextField(max_length=2000, blank=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=20, choices=Reason, blank=True)
    words = models.TextField(max_length=1000, blank=True)
    colleague = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = RequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mentee", "mentor"],
                condition=Q(state__in=("new", "viewed", "needs_info")),
                name="one_open_request_per_pair",
            ),
            models.CheckConstraint(condition=~Q(mentor=F("mentee")), name="nobody_asks_themselves"),
            models.CheckConstraint(
                condition=Q(state__in=("new", "viewed", "needs_info"), decided_at=None)
                | (~Q(state__in=("new", "viewed", "needs_info")) & Q(decided_at__isnull=False)),
                name="request_is_open_or_decided",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state__in=("new", "viewed", "needs_info")), name="requests_due"
            ),
            models.Index(fields=["mentor", "-sent_at"], name="requests_of_mentor"),
        ]

    def get_absolute_url(self):
        return reverse("mentorship_request", args=[self.public_id])

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def waits_for_mentor(self) -> bool:
        return self.state in (self.State.NEW, self.State.VIEWED)


class BlockQuerySet(QuerySet):
    def own(self):
        """By one of the two. What staff decided is not theirs to end."""
        return self.filter(decided_by=None, decided_at=None)

    def decided(self):
        return self.filter(decided_at__isnull=False)


class Block(models.Model):
    """Neither is suggested to, asks or writes the other: one of them wants nothing to do with the other, or staff keep
    the two apart, with a reason."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mentoring_blocks")
    blocked = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    blocked_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True, help_text="Of staff; only staff read it")

    objects = BlockQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "blocked"], condition=Q(decided_at=None), name="blocked_once"),
            models.UniqueConstraint(
                fields=["person", "blocked"], condition=Q(decided_at__isnull=False), name="kept_apart_by_staff_once"
            ),
            models.CheckConstraint(condition=~Q(person=F("blocked")), name="two_are_kept_apart"),
        ]

    @staticmethod
    def between(one, other) -> Q:
        return Q(person=one, blocked=other) | Q(person=other, blocked=one)


class EndedApart(models.Model):
    """That staff kept two apart for a time: why, and why no longer."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    blocked = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    reason = models.CharField(max_length=300)
    decided_at = models.DateTimeField()
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField(default=timezone.now)
    ended_reason = models.CharField(max_length=300)

    objects = QuerySet.as_manager()
