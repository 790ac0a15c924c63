"""Requests to no mentor in particular: whoever mentors in their skills reads one at a time, under a lock."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet, make_public_id
from features.mentoring.models.requests import MentorshipRequest
from features.skills.models import Skill


class PooledRequestQuerySet(QuerySet):
    def open(self):
        return self.filter(state=PooledRequest.State.OPEN)


class PooledRequest(models.Model):
    """One person asks whoever can help. Once a mentor has accepted it, it is a request like any other."""

    class State(models.TextChoices):
        OPEN = "open", _("Waits for a mentor")
        ACCEPTED = "accepted", _("Accepted")
        WITHDRAWN = "withdrawn", _("Taken back")
        EXPIRED = "expired", _("Nobody took it")

    public_id = models.CharField(max_length=22, unique=True, default=make_public_id, editable=False)
    mentee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="pooled_requests")
    goal = models.CharField(max_length=200)
    background = models.TextField(max_length=2000)
    expectation = models.TextField(max_length=1000)
    skills = models.ManyToManyField(Skill, related_name="pooled_requests")
    brief = models.JSONField(default=list, help_text="What the mentee has done here, as it was when they asked")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    sent_at = models.DateTimeField(default=timezone.now)
    closes_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    request = models.OneToOneField(MentorshipRequest, models.PROTECT, null=True, related_name="pooled")

    objects = PooledRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mentee"], condition=Q(state="open"), name="one_open_pooled_request"),
            models.CheckConstraint(
                condition=Q(state="accepted", request__isnull=False) | (~Q(state="accepted") & Q(request=None)),
                name="accepted_from_the_pool_is_a_request",
            ),
        ]
        indexes = [models.Index(fields=["sent_at", "id"], condition=Q(state="open"), name="pooled_requests_open")]

    def get_absolute_url(self):
        return reverse("pooled_request", args=[self.public_id])


class RequestLock(models.Model):
    """Who reads a pooled request, and until when: one row a request, which the next reader takes over."""

    pooled = models.OneToOneField(PooledRequest, models.CASCADE, primary_key=True, related_name="lock")
    mentor = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="request_locks")
    locked_at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()

    objects = QuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["mentor", "until"], name="locks_of_mentor")]
