"""What becomes of hours and claims on somebody's time when two accounts become one."""

from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from features.accounts.merging import Column, Obstacle, Part, Rule, columns, parts
from features.calendar.models import BusyCalendar, TimeClaim, WeeklyHours


def _elsewhere(rows, staying):
    """Nobody is in two places, not even in hindsight."""
    theirs = TimeClaim.objects.filter(person=staying)
    same_thing = theirs.filter(kind=OuterRef("kind"), ref=OuterRef("ref"))
    return rows.filter(Exists(theirs.filter(during__overlap=OuterRef("during"))) | Exists(same_thing))


def _unless_they_have(rows, staying):
    """A week is one answer: the hours of two people together are those of nobody."""
    return rows if WeeklyHours.objects.filter(person=staying).exists() else rows.none()


def _of_calendars_that_go(rows, staying):
    return rows.filter(calendar__address__in=BusyCalendar.objects.filter(person=staying).values("address"))


def obstacles(staying, merged):
    to_come = TimeClaim.objects.filter(person=merged, during__endswith__gt=Now())
    if _elsewhere(to_come, staying).exists():
        words = _("Both accounts are to be somewhere at the same time. Call one of the two appointments off first.")
        yield Obstacle("two_places", words)


def register():
    ruled = columns("calendar", drop="CalendarFeed.person", keep="BusyCalendar.person") | {
        "calendar.TimeClaim.person": Column(Rule.KEEP, _("Appointments"), _elsewhere),
        "calendar.WeeklyHours.person": Column(Rule.KEEP, _("Weekly hours"), _unless_they_have),
        "calendar.BusySpan.person": Column(Rule.KEEP, clashes=_of_calendars_that_go),
    }
    parts.register("calendar", Part(ruled, obstacles=obstacles))
