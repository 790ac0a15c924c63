"""Claims on a person's time, and the hours they keep free."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import DateTimeRangeField
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, Func, OuterRef, Q
from django.db.models.functions import ExtractIsoWeekDay, TruncDate, TruncTime
from django.db.models.lookups import Exact, GreaterThanOrEqual, LessThanOrEqual
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.db import broken_constraint
from core.models import make_public_id
from core.registry import Registry
from features.accounts.models import User
from features.calendar.ical import Entry
from features.calendar.models import BusyCalendar, BusySpan, CalendarFeed, TimeClaim, WeeklyHours

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class TimeTaken(Exception):
    """The person has something else then: `kind` and `ref` say what, `starts_at` and `ends_at` when."""

    def __init__(self, other: TimeClaim | None):
        super().__init__("time_taken")
        self.kind = other.kind if other else ""
        self.ref = other.ref if other else ""
        self.starts_at = other.during.lower if other else None
        self.ends_at = other.during.upper if other else None


def claim(person, start: datetime, end: datetime, kind: str, ref: str) -> None:
    """Keep [start, end) of a person's time for one thing, or move what it had kept. On TimeTaken it keeps what it had.
    The constraint decides, so two that claim at the same moment cannot both win."""
    during = DateTimeTZRange(start, end)
    try:
        with transaction.atomic():
            TimeClaim.objects.bulk_create(
                [TimeClaim(person=person, during=during, kind=kind, ref=ref)],
                update_conflicts=True,
                unique_fields=["kind", "ref", "person"],
                update_fields=["during"],
            )
    except IntegrityError as error:
        if broken_constraint(error) != "nobody_is_in_two_places":
            raise
        others = TimeClaim.objects.filter(person=person, during__overlap=during).exclude(kind=kind, ref=ref)
        raise TimeTaken(others.order_by("during").first()) from error


def release(kind: str, ref: str, person=None) -> int:
    """Give back what a thing had claimed: of everybody, or of one person."""
    claims = TimeClaim.objects.filter(kind=kind, ref=ref)
    return (claims.filter(person=person) if person else claims).delete()[0]


def claimed_spans(person, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """What a person has claimed here between two moments, as (from, until)."""
    claims = TimeClaim.objects.filter(person=person, during__overlap=DateTimeTZRange(start, end))
    return [(during.lower, during.upper) for during in claims.values_list("during", flat=True)]


def spans_elsewhere(person, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """When a person is busy by another calendar of theirs, as (from, until)."""
    elsewhere = BusySpan.objects.filter(person=person, starts_at__lt=end, ends_at__gt=start)
    return list(elsewhere.values_list("starts_at", "ends_at"))


def busy_spans(person, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """Both."""
    return claimed_spans(person, start, end) + spans_elsewhere(person, start, end)


# Starts of what a person gives of their time by appointment, from a moment on, for who counts meetings a day or a week.
appointments: dict[str, Callable[[User, datetime], Iterable[datetime]]] = Registry("appointments")


# When somebody can be booked is said by whoever keeps their rules: (host, guest or None, length, now) -> (from, until).
bookable: dict[str, Callable[[User, User | None, timedelta, datetime], list[tuple[datetime, datetime]]]] = Registry(
    "rules of booking"
)


def free_times(host: User, guest: User | None, length: timedelta, now: datetime) -> list[tuple[datetime, datetime]]:
    """Stretches of a person's time that another can have, by all the rules there are, the earliest first."""
    found = [set(rules(host, guest, length, now)) for rules in bookable.values()]
    return sorted(set.intersection(*found)) if found else []


# --- Feeds ------------------------------------------------------------------------------------------------------------
# What stands in a person's calendar: each feature answers its part, from 90 days ago on.
calendars: dict[str, Callable[[User, datetime], list[Entry]]] = Registry("calendars")


def open_feed(*, person, now: datetime | None = None) -> CalendarFeed:
    """A new address for the person's calendar. The one of before leads nowhere from now on."""
    values = {"secret": make_public_id(), "made_at": now or timezone.now()}
    feed, _is_new = CalendarFeed.objects.update_or_create(person=person, defaults=values)
    return feed


def close_feed(*, person) -> None:
    CalendarFeed.objects.filter(person=person).delete()


def entries_of(person, now: datetime) -> list[Entry]:
    """All of a person's entries, in the order of time."""
    found = [entry for part in calendars.values() for entry in part(person, now)]
    return sorted(found, key=lambda entry: (entry.starts_at, entry.uid))


# --- Hours kept free --------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Preset:
    label: "str | StrPromise"
    hours: list[tuple[int, time, time]]


PRESETS = {
    "evenings": Preset(_("Weekday evenings, 18:00–21:00"), [(day, time(18), time(21)) for day in range(1, 6)]),
    "weekends": Preset(_("Weekends, 9:00–18:00"), [(day, time(9), time(18)) for day in (6, 7)]),
}


def week_of(person):
    return WeeklyHours.objects.filter(person=person)


@transaction.atomic
def keep_free(*, person, hours: Iterable[tuple[int, time, time]]) -> None:
    """Add (ISO weekday, from, until) to a person's week. Hours that touch become one row; `until` MIDNIGHT is the day's
    end."""
    # Two tabs that add at once would not see each other's rows, and leave two that overlap.
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    for weekday, starts, ends in hours:
        touching = WeeklyHours.objects.filter(person=person, weekday=weekday, starts__lte=ends, ends__gte=starts)
        rows = list(touching)
        if rows:
            touching.delete()
        WeeklyHours.objects.create(
            person=person,
            weekday=weekday,
            starts=min([starts, *(row.starts for row in rows)]),
            ends=max([ends, *(row.ends for row in rows)]),
        )


def stop_keeping_free(*, person, pk) -> None:
    WeeklyHours.objects.filter(person=person, pk=pk).delete()


WEEK_ROWS = 2000


def freest_hour(people, now: datetime) -> tuple[datetime, int] | None:
    """The hour from tomorrow on, within a week, that most of these people keep free, and how many of them do."""
    free: Counter[datetime] = Counter()
    rows = WeeklyHours.objects.filter(person__in=people).values_list("weekday", "starts", "ends", "person__time_zone")
    for weekday, starts, ends, name in rows[:WEEK_ROWS]:
        zone = ZoneInfo(name or settings.DEFAULT_TIME_ZONE)
        today = now.astimezone(zone).date()
        day = today + timedelta(days=1 + (weekday - today.isoweekday() - 1) % 7)
        start, end = (datetime.combine(day, at, zone).astimezone(UTC) for at in (starts, ends))
        hour = start.replace(minute=0, second=0, microsecond=0)
        hour += timedelta(hours=hour < start)
        while hour + timedelta(hours=1) <= end + timedelta(microseconds=1):
            free[hour] += 1
            hour += timedelta(hours=1)
    return max(free.items(), key=lambda one: (one[1], now - one[0])) if free else None


def fits_free_time(queryset, person, starts_field: str = "starts_at", ends_field: str = "ends_at"):
    """Rows that lie wholly within the hours a person keeps free and do not run into what they have claimed."""
    free = free_filter(person, starts_field, ends_field)
    return queryset.filter(free).exclude(busy_overlap(person, starts_field, ends_field))


def free_filter(person, starts_field: str, ends_field: str) -> Q:
    """Whether a row lies within one stretch of the person's weekly hours, on the clocks of the person's zone (Postgres
    converts each row, so that summer time is right). Without any hours nothing fits."""
    zone = ZoneInfo(person.time_zone or settings.DEFAULT_TIME_ZONE)
    # Ends are exclusive: what ends at midnight still belongs to the day it began.
    last = ExpressionWrapper(F(ends_field) - timedelta(microseconds=1), output_field=DateTimeField())
    starts, ends = TruncTime(starts_field, tzinfo=zone), TruncTime(last, tzinfo=zone)
    within = Q(pk__in=[])
    for rule in week_of(person):
        on_that_day = Exact(ExtractIsoWeekDay(starts_field, tzinfo=zone), rule.weekday)
        within |= Q(on_that_day) & Q(GreaterThanOrEqual(starts, rule.starts)) & Q(LessThanOrEqual(ends, rule.ends))
    return within & Q(Exact(TruncDate(starts_field, tzinfo=zone), TruncDate(last, tzinfo=zone)))


def busy_overlap(person, starts_field: str, ends_field: str) -> Q:
    """Whether a row runs into something that the person has claimed, or is busy with elsewhere."""
    during = Func(OuterRef(starts_field), OuterRef(ends_field), function="tstzrange", output_field=DateTimeRangeField())
    elsewhere = BusySpan.objects.filter(
        person=person, starts_at__lt=OuterRef(ends_field), ends_at__gt=OuterRef(starts_field)
    )
    return Q(Exists(TimeClaim.objects.filter(person=person, during__overlap=during))) | Q(Exists(elsewhere))


def stale_calendars(person) -> list[BusyCalendar]:
    """Calendars of the person's that could not be read for a day, or never."""
    return [calendar for calendar in BusyCalendar.objects.filter(person=person) if calendar.is_stale]
