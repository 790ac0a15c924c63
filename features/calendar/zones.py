"""Wall time and instants. What people agree on is a date and a clock somewhere; what is stored is the instant."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from features.accounts.zones import choices as zone_choices

__all__ = ["Span", "from_wall", "happens_twice", "local_span", "weekly", "zone_choices"]


@dataclass(frozen=True)
class Span:
    """Start and end on the clocks of one zone."""

    starts: datetime
    ends: datetime

    @property
    def is_one_day(self) -> bool:
        return self.starts.date() == self.ends.date()


def local_span(start: datetime, end: datetime, zone: str) -> Span:
    return Span(start.astimezone(ZoneInfo(zone)), end.astimezone(ZoneInfo(zone)))


def from_wall(day: date, clock: time, zone: str, *, later: bool = False) -> datetime:
    """The instant, in UTC, at which the clocks of `zone` show this. Refused with a ValidationError where they never do:
    when clocks go forward, an hour is missing. When they go back, an hour happens twice: the first is meant, unless
    `later`."""
    wall = datetime.combine(day, clock.replace(tzinfo=None), ZoneInfo(zone)).replace(fold=int(later))
    try:
        instant = wall.astimezone(UTC)
    except OverflowError:
        raise ValidationError(_("That date is out of range."), code="out_of_range") from None
    shown = instant.astimezone(ZoneInfo(zone))
    if shown.replace(tzinfo=None) != wall.replace(tzinfo=None):
        raise ValidationError(
            _("%(time)s does not exist that night: the clocks go forward. Choose %(later)s, or an earlier time."),
            code="missing_time",
            params={"time": f"{clock:%H:%M}", "later": f"{_after_gap(wall):%H:%M}"},
        )
    return instant


def _after_gap(wall):
    """The same distance from midnight as measured by a watch that nobody changed."""
    return wall.replace(fold=0).astimezone(UTC).astimezone(wall.tzinfo)


def happens_twice(day: date, clock: time, zone: str) -> bool:
    """Whether the clocks of `zone` show this twice that night. Never true for a time that is missing."""
    wall = datetime.combine(day, clock.replace(tzinfo=None), ZoneInfo(zone))
    first, second = wall.replace(fold=0).utcoffset(), wall.replace(fold=1).utcoffset()
    assert first is not None  # every ZoneInfo has an offset
    assert second is not None
    return first > second  # a missing time has the offsets the other way round


def weekly(start: datetime, zone: str, count: int) -> list[datetime]:
    """`count` instants from `start` on, a week apart on the clocks of `zone`: 18:30 stays 18:30 when clocks change.
    Where a week lacks that time it is held as much later as the clocks jumped, as RFC 5545 has it; where it happens
    twice it is the first."""
    first = start.astimezone(ZoneInfo(zone))
    # Adding to a local time moves the clock's hands and forgets which of two equal hours it was.
    return [(first + timedelta(weeks=n) if n else first).astimezone(UTC) for n in range(count)]
