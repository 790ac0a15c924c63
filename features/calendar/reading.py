"""When somebody is busy, by the file of another calendar program.

What members point us to is anybody's text, and a rule of a line can stand for a million meetings. So it is read by a
process of its own, with an end and little memory: `python -m features.calendar.reading` takes a line of JSON and the
file, and answers spans as JSON. Neither Django nor a network is there.
"""

import json
import resource
import subprocess
import sys
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

SECONDS, MEMORY = 20, 1 << 30
MOST_SPANS = 5_000
ROOT = Path(__file__).parents[2]

Span = tuple[datetime, datetime]


class Unreadable(Exception):
    """`code`: no_calendar, or too_much."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


def read(content: bytes, start: datetime, end: datetime, zone: str) -> list[Span]:
    """The busy spans of a calendar file between two moments, in UTC, joined where they touch. Times without a zone
    and whole days are those of `zone`. Raises Unreadable."""
    asked = json.dumps({"start": start.isoformat(), "end": end.isoformat(), "zone": zone}).encode()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "features.calendar.reading"], input=asked + b"\n" + content, cwd=ROOT,
            capture_output=True, timeout=SECONDS, check=True,
        )  # fmt: skip
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError, ValueError) as error:
        raise Unreadable("too_much" if isinstance(error, subprocess.TimeoutExpired) else "no_calendar") from error
    if "problem" in answer:
        raise Unreadable(answer["problem"])
    return [(datetime.fromisoformat(one), datetime.fromisoformat(other)) for one, other in answer["spans"]]


def spans_in(content: bytes, start: datetime, end: datetime, zone: ZoneInfo) -> list[Span]:
    import icalendar
    import recurring_ical_events

    try:
        calendar = icalendar.Calendar.from_ical(content)
    except ValueError as error:
        raise Unreadable("no_calendar") from error
    if getattr(calendar, "name", "") != "VCALENDAR":
        raise Unreadable("no_calendar")
    found = list(_told_busy(calendar, zone))
    # A series that cannot be understood is left out; the others still count.
    for event in recurring_ical_events.of(calendar, skip_bad_series=True).between(start, end):
        if _is_busy(event):
            found.append((_moment(event.start, zone), _moment(event.end, zone)))
    return joined([(max(a, start), min(b, end)) for a, b in found if a < end and b > start and a < b])


def _is_busy(event) -> bool:
    says = (str(event.get("TRANSP", "")).upper(), str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper())
    return says[0] != "TRANSPARENT" and says[1] != "FREE" and str(event.get("STATUS", "")).upper() != "CANCELLED"


def _told_busy(calendar, zone):
    """Calendars that tell when, and not what."""
    for part in calendar.walk("VFREEBUSY"):
        periods = part.get("FREEBUSY", [])
        for period in periods if isinstance(periods, list) else [periods]:
            if str(getattr(period, "params", {}).get("FBTYPE", "BUSY")).upper() != "FREE":
                yield _moment(period.start, zone), _moment(period.end, zone)


def _moment(value: date | datetime, zone: ZoneInfo) -> datetime:
    if not isinstance(value, datetime):
        value = datetime.combine(value, time(), zone)
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


def joined(spans: list[Span]) -> list[Span]:
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    asked, _, content = sys.stdin.buffer.read().partition(b"\n")
    said = json.loads(asked)
    start, end = datetime.fromisoformat(said["start"]), datetime.fromisoformat(said["end"])
    try:
        found = spans_in(content, start, end, ZoneInfo(said["zone"]))
        if len(found) > MOST_SPANS:
            raise Unreadable("too_much")
        answer: dict = {"spans": [(one.isoformat(), other.isoformat()) for one, other in found]}
    except Unreadable as problem:
        answer = {"problem": problem.code}
    except MemoryError:
        answer = {"problem": "too_much"}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
