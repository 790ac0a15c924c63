"""When somebody can be booked: hours of the week, less what is busy, with room to breathe around it. Plain data in and
out; all arithmetic is in UTC, and the clocks of a zone are only asked what they show."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

STEP = timedelta(minutes=30)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

Span = tuple[datetime, datetime]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a mentor says. `week` holds (ISO weekday, from, until) on the clocks of `zone`; a limit of 0 is none."""

    zone: str
    week: tuple[tuple[int, time, time], ...]
    before: timedelta = timedelta()
    after: timedelta = timedelta()
    notice: timedelta = timedelta()
    horizon: timedelta = timedelta(days=30)
    most_a_day: int = 0
    most_a_week: int = 0
    away_from: date | None = None
    away_until: date | None = None
    travel_from: date | None = None
    travel_until: date | None = None
    travel_zone: str = ""

    def zone_on(self, day: date) -> str:
        """Whose clocks the hours of the week are on that day, which is one of these clocks."""
        is_travelling = self.travel_from and self.travel_until and self.travel_from <= day <= self.travel_until
        return self.travel_zone if is_travelling else self.zone

    def zone_at(self, moment: datetime) -> str:
        there = self.zone_on(moment.astimezone(ZoneInfo(self.travel_zone)).date()) if self.travel_zone else ""
        return there or self.zone

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.zone_at(moment))).date()

    def is_away(self, day: date) -> bool:
        return bool(self.away_from and self.away_from <= day and (self.away_until is None or day <= self.away_until))


def free(
    rules: Rules,
    length: timedelta,
    now: datetime,
    *,
    meetings: Iterable[Span] = (),
    busy: Iterable[Span] = (),
    booked: Iterable[datetime] = (),
    other_busy: Iterable[Span] = (),
) -> list[Span]:
    """Every stretch of `length` that can be booked, the earliest first. `meetings` are the mentor's and have buffers of
    their own: between two there is the one's `after` or the other's `before`, whichever is longer. `busy` is the rest
    of the mentor's; `other_busy` is of whoever books; `booked` are the starts that the limits count."""
    mine, theirs, met = Blocked(busy), Blocked(other_busy), Blocked(meetings)
    between = max(rules.before, rules.after)
    days = Counter(rules.day_of(start) for start in booked)
    weeks = Counter(_week(day) for day in days.elements())
    earliest, found = now + rules.notice, []
    for opens, closes in open_spans(rules, now):
        start = opens
        while start + length <= closes:
            end = start + length
            day = rules.day_of(start)
            is_full = (rules.most_a_day and days[day] >= rules.most_a_day) or (
                rules.most_a_week and weeks[_week(day)] >= rules.most_a_week
            )
            taken = (
                met.meets(start - between, end + between)
                or mine.meets(start - rules.before, end + rules.after)
                or theirs.meets(start, end)
            )
            if start >= earliest and not is_full and not taken:
                found.append((start, end))
            start += STEP
    return found


def open_spans(rules: Rules, now: datetime) -> list[Span]:
    """The hours of the week from today to the horizon, as spans that do not touch: one that goes on after midnight is
    one."""
    today = rules.day_of(now)
    found: list[Span] = []
    for offset in range(rules.horizon.days + 1):
        day = today + offset * DAY
        if rules.is_away(day):
            continue
        for weekday, starts, ends in rules.week:
            if weekday == day.isoweekday():
                found += wall_spans(day, starts, ends, rules.zone_on(day))
    return merge(found)


def wall_spans(day: date, starts: time, ends: time, zone: str) -> list[Span]:
    """The instants of `day` at which the clocks of `zone` show something from `starts` until `ends` (`time.max` is
    midnight). What is missing in spring is in none; what happens twice in autumn is in it twice."""
    found = []
    for begins, finishes in _segments(day, ZoneInfo(zone)):
        offset = begins.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
        start = _utc(datetime.combine(day, starts) - offset)
        until = datetime.combine(day + DAY, time.min) if ends == time.max else datetime.combine(day, ends)
        start, end = max(start, begins), min(_utc(until - offset), finishes)
        if start < end:
            found.append((start, end))
    return merge(found)


def _segments(day, zone):
    """The day in parts between which the clocks are not changed."""
    begins = datetime.combine(day, time.min, zone).astimezone(UTC)
    finishes = datetime.combine(day + DAY, time.min, zone).astimezone(UTC)
    before = begins.astimezone(zone).utcoffset()
    if before == (finishes - MINUTE).astimezone(zone).utcoffset():
        return [(begins, finishes)]
    minutes = range(int((finishes - begins) / MINUTE))
    turn = bisect_left(minutes, True, key=lambda n: (begins + n * MINUTE).astimezone(zone).utcoffset() != before)
    return [(begins, begins + turn * MINUTE), (begins + turn * MINUTE, finishes)]


def _utc(naive: datetime) -> datetime:
    return naive.replace(tzinfo=UTC)


def _week(day: date) -> tuple[int, int]:
    return day.isocalendar()[:2]


def merge(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


class Blocked:
    """Spans to ask whether they meet another one, in the time of a look into a sorted list."""

    def __init__(self, spans: Iterable[Span]):
        self.spans = merge(spans)
        self.ends = [end for _start, end in self.spans]

    def meets(self, start: datetime, end: datetime) -> bool:
        place = bisect_left(self.ends, start + timedelta(microseconds=1))
        return place < len(self.spans) and self.spans[place][0] < end


def by_day(spans: Iterable[Span], zone: str) -> list[tuple[date, list[Span]]]:
    """Grouped by the date that the reader's own clocks show at the start."""
    there = ZoneInfo(zone)
    return [(day, list(group)) for day, group in groupby(spans, lambda span: span[0].astimezone(there).date())]
