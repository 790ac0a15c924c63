"""What this feature knows about a person."""

from features.calendar.models import BusyCalendar, BusySpan, CalendarFeed, TimeClaim, WeeklyHours


def export(person) -> dict:
    return {
        "weekly_hours": list(WeeklyHours.objects.filter(person=person).values("weekday", "starts", "ends")),
        # Its address is a key, and files are passed on more easily than one thinks: the page shows it.
        "calendar_feed": list(CalendarFeed.objects.filter(person=person).values("made_at")),
        # Where others keep it is a key as well; what it says is when, and not what.
        "busy_calendars": [
            {"host": row.host, "added_at": row.added_at, "read_at": row.read_at}
            for row in BusyCalendar.objects.filter(person=person).order_by("pk")
        ],
        "busy_times": list(BusySpan.objects.filter(person=person).order_by("pk").values("starts_at", "ends_at")),
        "time_claims": [
            {"kind": claim.kind, "ref": claim.ref, "starts_at": claim.during.lower, "ends_at": claim.during.upper}
            for claim in TimeClaim.objects.filter(person=person).order_by("during")
        ],
    }


def erase(person) -> None:
    WeeklyHours.objects.filter(person=person).delete()
    TimeClaim.objects.filter(person=person).delete()
    CalendarFeed.objects.filter(person=person).delete()
    BusyCalendar.objects.filter(person=person).delete()
