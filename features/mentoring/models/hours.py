"""Office hours: an hour of a mentor's that several people share, who have the same gap. Its price is shared as well."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet
from features.mentoring.models.bookings import ROOM_OPENS
from features.skills.models import Skill


class OfficeHourQuerySet(QuerySet):
    def standing(self):
        return self.filter(cancelled_at=None)

    def open(self, now):
        """What can be joined."""
        return self.standing().filter(decided_at=None, decide_at__gt=now)


class OfficeHour(models.Model):
    """The price is that of the whole hour: whoever joins pays their share of the least number of people, and gets back
    what it is less once it is decided how many come."""

    class Outcome(models.TextChoices):
        MENTOR_CAME = "mentor_came", _("The mentor was there")
        MENTOR_ABSENT = "mentor_absent", _("The mentor did not come")
        NOBODY = "nobody", _("Nobody was seen")

    MISSED = (Outcome.MENTOR_ABSENT, Outcome.NOBODY)  # by its mentor, as far as was seen

    mentor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="office_hours")
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="office_hours")
    title = models.CharField(_("title"), max_length=100)
    description = models.TextField(_("which gap it closes"), max_length=600, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    time_zone = models.CharField(max_length=64)
    price_minor = models.PositiveBigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="EUR")
    least = models.PositiveSmallIntegerField(
        _("people at least"), default=2, validators=[MinValueValidator(2), MaxValueValidator(6)]
    )
    most = models.PositiveSmallIntegerField(
        _("people at most"), default=3, validators=[MinValueValidator(2), MaxValueValidator(6)]
    )
    decide_at = models.DateTimeField()
    opened_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    mentor_came_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, choices=Outcome, blank=True)
    settled_at = models.DateTimeField(null=True)

    objects = OfficeHourQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(least__lte=F("most"), least__gte=2), name="office_hour_is_shared"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at"), decide_at__lt=F("starts_at")), name="office_hour_in_order"
            ),
        ]
        indexes = [
            models.Index(fields=["mentor", "starts_at"], name="office_hours_of_mentor"),
            models.Index(
                fields=["decide_at"], condition=Q(decided_at=None, cancelled_at=None), name="office_hours_to_decide"
            ),
            models.Index(
                fields=["ends_at"], condition=Q(settled_at=None, cancelled_at=None), name="office_hours_to_settle"
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("office_hour", args=[self.mentor.handle, self.pk])

    def share(self, people: int) -> int:
        """What each of so many pays, rounded up, so that the mentor never gets less."""
        return -(-self.price_minor // max(people, 1))

    def room_is_open(self, now) -> bool:
        return bool(self.decided_at and not self.cancelled_at and self.starts_at - ROOM_OPENS <= now < self.ends_at)


class OfficeSeatQuerySet(QuerySet):
    def taken(self):
        return self.filter(left_at=None)

    def paid(self):
        return self.taken().filter(joined_at__isnull=False)

    def coming(self):
        """Those of whom nobody has heard that they stay away."""
        return self.paid().filter(away_at=None)


class OfficeSeat(models.Model):
    """One of those who share it. A hold is this same row with `held_until` and no `joined_at`. Who stays away once
    it is decided (`away_at`) still pays their share, on which the others count."""

    class Outcome(models.TextChoices):
        CAME = "came", _("Came")
        ABSENT = "absent", _("Did not come")

    hour = models.ForeignKey(OfficeHour, models.PROTECT, related_name="seats")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="office_seats")
    price_minor = models.PositiveBigIntegerField(default=0)
    held_until = models.DateTimeField(null=True)
    joined_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    away_at = models.DateTimeField(null=True)
    came_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    met_said_at = models.DateTimeField(null=True)

    objects = OfficeSeatQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hour", "person"], condition=Q(left_at=None), name="one_office_seat_each")
        ]
