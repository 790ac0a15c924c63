"""Waiting for a person's time."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.models import QuerySet
from features.mentoring.models.bookings import Booking
from features.mentoring.models.offers import Offer


class TimeWish(models.Model):
    """Somebody wants a time that is not there. What comes free is kept for the first in line whom it suits."""

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="wishes")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="time_wishes")
    wished_at = models.DateTimeField(default=timezone.now)
    booking = models.ForeignKey(Booking, models.SET_NULL, null=True, related_name="+")
    left_at = models.DateTimeField(null=True)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer", "person"], condition=Q(left_at=None), name="once_in_line_for_time")
        ]
        indexes = [models.Index(fields=["wished_at", "id"], condition=Q(left_at=None), name="waiting_for_time")]
