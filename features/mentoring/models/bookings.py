"""A meeting of two people. Both have claimed the time, so neither can be in two places."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet, make_public_id
from core.text import version
from features.mentoring.models.offers import Offer

GRACE = timedelta(minutes=10)  # who is not there by then did not come
ROOM_OPENS = timedelta(minutes=15)


class BookingQuerySet(QuerySet):
    def active(self):
        """Those that occupy time: confirmed, or held."""
        return self.filter(cancelled_at=None)

    def confirmed(self):
        return self.active().filter(confirmed_at__isnull=False)

    def of(self, person):
        return self.filter(Q(mentor=person) | Q(mentee=person))


class Booking(models.Model):
    """One meeting. A hold is this same row with `held_until` and no `confirmed_at`; its time is taken meanwhile."""

    class Outcome(models.TextChoices):
        MET = "met", _("You met")
        MENTEE_ABSENT = "mentee_absent", _("The mentee did not come")
        MENTOR_ABSENT = "mentor_absent", _("The mentor did not come")
        NOBODY = "nobody", _("Nobody was seen")

    TAKES_BOTH = (Outcome.MENTEE_ABSENT, Outcome.NOBODY)  # to say that they met all the same

    public_id = models.CharField(max_length=22, unique=True, default=make_public_id, editable=False)
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="bookings")
    mentor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="bookings_given")
    mentee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="bookings_made")
    title = models.CharField(max_length=100)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    time_zone = models.CharField(max_length=64)
    note = models.TextField(max_length=1000, blank=True)
    agenda = models.TextField(max_length=2000, blank=True)
    price_minor = models.PositiveBigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="EUR")
    policy = models.JSONField(default=dict, help_text="What was promised when it was booked")
    booked_at = models.DateTimeField(default=timezone.now)
    held_until = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True, help_text="Why it was moved last, or called off")
    moves = models.PositiveSmallIntegerField(default=0)
    previous_starts_at = models.DateTimeField(null=True)
    ical_sequence = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)
    mentor_token = models.CharField(max_length=22, unique=True, default=make_public_id, editable=False)
    mentee_token = models.CharField(max_length=22, unique=True, default=make_public_id, editable=False)
    mentor_came_at = models.DateTimeField(null=True)
    mentee_came_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, choices=Outcome, blank=True)
    settled_at = models.DateTimeField(null=True)
    mentor_says_met_at = models.DateTimeField(null=True)
    mentee_says_met_at = models.DateTimeField(null=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="booking_ends_after_start"),
            models.CheckConstraint(condition=~Q(mentor=F("mentee")), name="booking_is_of_two_people"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=False) | Q(held_until__isnull=False),
                name="booking_is_confirmed_or_held",
            ),
        ]
        indexes = [
            models.Index(fields=["mentor", "starts_at"], name="booking_by_mentor"),
            models.Index(fields=["mentee", "starts_at"], name="booking_by_mentee"),
            models.Index(
                fields=["held_until"], condition=Q(confirmed_at=None, cancelled_at=None), name="booking_holds"
            ),
            models.Index(fields=["ends_at"], condition=Q(settled_at=None, cancelled_at=None), name="booking_to_settle"),
        ]

    def get_absolute_url(self):
        return reverse("booking", args=[self.public_id])

    def other(self, person):
        return self.mentee if person.pk == self.mentor_id else self.mentor

    def token_of(self, person) -> str:
        return self.mentor_token if person.pk == self.mentor_id else self.mentee_token

    def came_at(self, person):
        return self.mentor_came_at if person.pk == self.mentor_id else self.mentee_came_at

    def says_met_at(self, person):
        return self.mentor_says_met_at if person.pk == self.mentor_id else self.mentee_says_met_at

    @property
    def agenda_version(self) -> str:
        """What a page shows of it, for whoever sends that page's form back."""
        return version(self.agenda)

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.starts_at

    @property
    def changeable_until(self):
        """Until then it can be moved, and given back for the full price: what was promised, not what holds today."""
        return self.starts_at - timedelta(hours=self.policy.get("free_until_hours", 0))

    @property
    def is_fixed(self) -> bool:
        """It begins so soon that what was promised for changes is over."""
        return timezone.now() >= self.changeable_until

    @property
    def is_at_mentors_wish(self) -> bool:
        """The mentor moved it to this time: who had booked another one gets everything back until it begins."""
        return bool(self.policy.get("moved_by_mentor"))

    @property
    def was_missed(self):
        """The mentor did not come, or called it off in the last day."""
        is_late = self.cancelled_by_id == self.mentor_id and self.cancelled_at > self.starts_at - timedelta(days=1)
        return self.outcome == self.Outcome.MENTOR_ABSENT or is_late

    def room_is_open(self, now) -> bool:
        return self.starts_at - ROOM_OPENS <= now < self.ends_at + GRACE
