from datetime import time, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet, make_public_id

# A day ends a moment before the next one begins; Python has no 24:00.
MIDNIGHT = time.max


class Weekday(models.IntegerChoices):
    """ISO numbers, so that they compare with Postgres and with datetime.isoweekday()."""

    MONDAY = 1, _("Monday")
    TUESDAY = 2, _("Tuesday")
    WEDNESDAY = 3, _("Wednesday")
    THURSDAY = 4, _("Thursday")
    FRIDAY = 5, _("Friday")
    SATURDAY = 6, _("Saturday")
    SUNDAY = 7, _("Sunday")


class TimeClaim(models.Model):
    """A stretch of a person's time that can be claimed once: what they host, mentor or examine."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="time_claims")
    during = DateTimeRangeField()
    kind = models.CharField(max_length=40)
    ref = models.CharField(max_length=60)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "ref", "person"], name="one_claim_per_thing_and_person"),
            # An empty range overlaps nothing and an endless one everything.
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__lower_inf=False, during__upper_inf=False),
                name="claim_has_a_start_and_an_end",
            ),
            # btree_gist is not in every Postgres; a one-value range with && compares for equality without it.
            ExclusionConstraint(
                name="nobody_is_in_two_places",
                expressions=[
                    (
                        Func(
                            F("person"),
                            F("person"),
                            Value("[]"),
                            function="int8range",
                            output_field=BigIntegerRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
        ]


class WeeklyHours(models.Model):
    """Hours a person keeps free each week, in their own time zone's wall time."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="weekly_hours")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday)
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("until"))

    objects = QuerySet.as_manager()

    class Meta:
        ordering = ["weekday", "starts"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")),
                name="weekly_hours_end_after_start",
                violation_error_message=_("The end must be later than the start."),
            )
        ]

    @property
    def is_until_midnight(self):
        return self.ends == MIDNIGHT


class CalendarFeed(models.Model):
    """The address at which a person's calendar program reads their entries. Whoever has it may read them, so it can be
    changed at any time."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="calendar_feed"
    )
    secret = models.CharField(max_length=22, unique=True, default=make_public_id)
    made_at = models.DateTimeField(default=timezone.now)


class BusyCalendar(models.Model):
    """Another calendar of a person's, read from its address, which is a key and never shown again."""

    class Problem(models.TextChoices):
        ADDRESS = "address", _("The address leads nowhere that we may go")
        AWAY = "away", _("Its server does not answer with it")
        NO_CALENDAR = "no_calendar", _("What is there is no calendar")
        TOO_MUCH = "too_much", _("There is more in it than we can read")

    STALE = timedelta(hours=24)

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="busy_calendars")
    address = models.TextField()
    added_at = models.DateTimeField(default=timezone.now)
    next_at = models.DateTimeField(default=timezone.now)
    tried_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=12, choices=Problem, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "address"], name="calendar_is_read_once")]
        indexes = [models.Index(fields=["next_at"], name="busy_calendars_due")]

    @property
    def host(self) -> str:
        return urlsplit(self.address).hostname or ""

    @property
    def is_stale(self) -> bool:
        known = self.read_at or self.added_at
        return bool(self.problem and self.read_at is None) or known < timezone.now() - self.STALE


class BusySpan(models.Model):
    """From when until when somebody is busy, by one of their calendars; not what with."""

    calendar = models.ForeignKey(BusyCalendar, models.CASCADE, related_name="spans")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="busy_for_a_while")]
        indexes = [models.Index(fields=["person", "starts_at", "ends_at"], name="busy_spans_of_person")]
