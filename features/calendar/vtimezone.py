"""The clock changes of a zone as iCalendar's VTIMEZONE. Plain data in, lines out.

Written here because `icalendar` 7 states the start of summer time on the new clock, while RFC 5545 (3.6.5) reads it on
the old one: whatever starts in that hour would be shown an hour off.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

STEP = timedelta(days=7)  # no zone changes its clocks twice within a week and back


@lru_cache(maxsize=256)
def lines(zone: str, first_year: int, last_year: int) -> tuple[str, ...]:
    """VTIMEZONE for these calendar years, with the rules that were in force when they began."""
    there = ZoneInfo(zone)
    start, end = datetime(first_year, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)
    # A day earlier: in zones east of Greenwich the year begins before it does in UTC.
    moment = start - timedelta(days=1)
    found = ["BEGIN:VTIMEZONE", f"TZID:{zone}", *_observance(moment, moment, there)]
    while moment < end:
        following = moment + STEP
        if _clock(moment, there) != _clock(following, there):
            change = _change(moment, following, there)
            found += _observance(change - timedelta(seconds=1), change, there)
        moment = following
    return (*found, "END:VTIMEZONE")


def _clock(moment, there):
    local = moment.astimezone(there)
    return local.utcoffset(), local.tzname(), bool(local.dst())


def _change(before, after, there):
    """The first second after `before` at which the clocks are what they are at `after`."""
    low, high = int(before.timestamp()), int(after.timestamp())
    old = _clock(before, there)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _clock(datetime.fromtimestamp(middle, UTC), there) == old else (low, middle)
    return datetime.fromtimestamp(high, UTC)


def _observance(before, change, there):
    old = before.astimezone(there).utcoffset()
    new, name, is_summer = _clock(change, there)
    kind = "DAYLIGHT" if is_summer else "STANDARD"
    onset = change.replace(tzinfo=None) + old
    return [
        f"BEGIN:{kind}",
        f"DTSTART:{onset:%Y%m%dT%H%M%S}",
        f"TZOFFSETFROM:{_offset(old)}",
        f"TZOFFSETTO:{_offset(new)}",
        f"TZNAME:{name}",
        f"END:{kind}",
    ]


def _offset(delta):
    seconds = int(delta.total_seconds())
    sign = "-" if seconds < 0 else "+"
    minutes, seconds = divmod(abs(seconds), 60)
    return f"{sign}{minutes // 60:02}{minutes % 60:02}" + (f"{seconds:02}" if seconds else "")
