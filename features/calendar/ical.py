"""Calendar entries that other programs keep: one UID for ever, a higher SEQUENCE with every change (RFC 5545, 5546).

`icalendar` is imported where it is used: it is not needed to start, and most processes never write an entry.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from core.text import one_line
from features.calendar import vtimezone

PRODUCT = "-//MasteryHub//Calendar//EN"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What a calendar shows. `zone` is the one that was meant; `sequence` grows with every change, cancelling included.
    There is no alarm: whoever wants one has set it in their calendar."""

    uid: str
    sequence: int
    status: str  # CONFIRMED or CANCELLED
    starts_at: datetime
    ends_at: datetime
    zone: str
    summary: str
    last_modified: datetime
    description: str = ""
    location: str = ""
    url: str = ""
    organizer_email: str = ""
    organizer_name: str = ""
    attendee_email: str = ""
    attendee_name: str = ""


def message(*, method: str, entry: Entry) -> bytes:
    """One entry for one person: REQUEST adds or changes it, CANCEL takes it away."""
    return _write(method, [entry])


def feed(*, name: str, entries: Iterable[Entry]) -> bytes:
    """Entries to subscribe to. Nobody is invited by them (RFC 5546, 3.2.1)."""
    shown = (replace(entry, attendee_email="", organizer_email="") for entry in entries)
    return _write("PUBLISH", shown, name=_line(name), refresh_interval=timedelta(hours=6))


def _write(method, entries, name="", refresh_interval=None):
    import icalendar

    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    if name:
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", refresh_interval, parameters={"VALUE": "DURATION"})
    years: dict[str, set[int]] = {}
    events = []
    for facts in entries:
        times = [_time(facts.starts_at, facts.zone), _time(facts.ends_at, facts.zone)]
        # A local time that happens twice is read as the first one, so the second can only be said in UTC.
        if any(time.fold for time in times) or _is_utc(facts.zone):
            times = [time.astimezone(UTC) for time in times]
        else:
            years.setdefault(facts.zone, set()).update(time.year for time in times)
        events.append(_event(facts, *times))
    for zone, found in sorted(years.items()):
        lines = vtimezone.lines(zone, min(found), max(found))
        calendar.add_component(icalendar.Timezone.from_ical("\r\n".join(lines)))
    for event in events:
        calendar.add_component(event)
    return calendar.to_ical()


def _event(facts, starts, ends):
    import icalendar

    event = icalendar.Event()
    event.add("uid", _line(facts.uid))
    event.add("sequence", facts.sequence)
    # Between two messages of one SEQUENCE the later DTSTAMP wins, so it follows the row and not the clock.
    event.add("dtstamp", facts.last_modified.astimezone(UTC))
    event.add("last-modified", facts.last_modified.astimezone(UTC))
    event.add("dtstart", starts)
    event.add("dtend", ends)
    event.add("summary", _line(facts.summary))
    event.add("status", facts.status)
    event.add("transp", "OPAQUE")
    for field in ("description", "location"):
        if text := _text(getattr(facts, field)):
            event.add(field, text)
    if facts.url:
        event.add("url", "".join(_line(facts.url).split()))
    if facts.organizer_email:
        event.add("organizer", _person(facts.organizer_email, facts.organizer_name))
    if facts.attendee_email:
        attendee = _person(facts.attendee_email, facts.attendee_name)
        attendee.params |= {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}
        event.add("attendee", attendee)
    return event


def _time(moment, zone):
    return moment.astimezone(ZoneInfo(zone))


def _is_utc(zone):
    return zone in {"UTC", "Etc/UTC", "Etc/UCT", "UCT", "Zulu", "Etc/Zulu", "Universal", "Etc/Universal"}


def _person(email, name):
    import icalendar

    person = icalendar.vCalAddress("mailto:" + "".join(_line(email).split()))
    if name := _line(name).replace('"', "'"):  # the one sign that a parameter cannot hold
        person.params["CN"] = name
    return person


def _line(text):
    return one_line(text)


def _text(text):
    """Line ends of every kind become one that the format escapes; other control characters, which it forbids, go."""
    lines = "\n".join(text.splitlines())
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp")).strip()
