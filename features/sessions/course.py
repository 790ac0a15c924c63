"""How people registered for a session: seats and waitlist by day, on its host's clocks, as a drawing and a table."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils import timezone

from features.sessions.models import Registration, SkillSession, WaitlistEntry

MOST_POINTS = 30
WIDTH, HEIGHT = 600, 160


@dataclass(frozen=True)
class Point:
    """How it stood when a day was over; on the last day, how it stands."""

    day: date
    seats: int
    waiting: int


@dataclass(frozen=True)
class Drawing:
    """Points of an SVG: `seats` a line with its `area`, `waiting` another; the highest place is of `top` people."""

    seats: str
    area: str
    waiting: str
    top: int
    has_line: bool  # whether anybody ever waited
    width: int = WIDTH
    height: int = HEIGHT


def course(session: SkillSession, now: datetime) -> list[Point]:
    """From the day it was published until it began, or today."""
    if not session.published_at or not session.starts_at:
        return []
    zone = ZoneInfo(session.time_zone)
    seats = Registration.objects.filter(session=session, confirmed_at__isnull=False)
    line = WaitlistEntry.objects.filter(session=session)
    changes: dict[date, list[int]] = {}
    for rows, moment, place, sign in (
        (seats, "registered_at", 0, 1),
        (seats, "cancelled_at", 0, -1),
        (line, "joined_at", 1, 1),
        (line, "left_at", 1, -1),
    ):
        for day, n in _by_day(rows, moment, zone):
            changes.setdefault(day, [0, 0])[place] += sign * n
    first = min([timezone.localdate(session.published_at, zone), *changes])
    last = max(first, timezone.localdate(min(now, session.starts_at), zone))
    return summed(first, last, changes)


def _by_day(rows, moment, zone) -> list[tuple[date, int]]:
    found = rows.exclude(**{moment: None}).annotate(day=TruncDate(moment, tzinfo=zone))
    return list(found.order_by().values("day").annotate(n=Count("pk")).values_list("day", "n"))


def summed(first: date, last: date, changes: Mapping[date, list[int]]) -> list[Point]:
    """At most thirty points with the same number of days between them, the last of which is the last day. What changed
    after it, as when seats are given back once it is over, is not told."""
    step = max(1, math.ceil(((last - first).days + 1) / MOST_POINTS))
    days = [last - timedelta(days=n) for n in range(0, (last - first).days + 1, step)][::-1]
    found = []
    for day in days:
        so_far = [change for when, change in changes.items() if when <= day]
        found.append(Point(day, sum(change[0] for change in so_far), sum(change[1] for change in so_far)))
    return found


def drawing(points: list[Point], capacity: int) -> Drawing | None:
    """None where a line would have no length. As high as the most there were: an empty hall is not drawn."""
    if len(points) < 2:
        return None
    most = max(max(point.seats, point.waiting) for point in points)
    top = max(most, min(capacity, max(most * 2, 4)), 1)

    def place(n, value):
        return f"{round(WIDTH * n / (len(points) - 1), 1):g},{round(HEIGHT * (1 - value / top), 1):g}"

    seats = " ".join(place(n, point.seats) for n, point in enumerate(points))
    waiting = " ".join(place(n, point.waiting) for n, point in enumerate(points))
    return Drawing(
        seats=seats,
        area=f"0,{HEIGHT} {seats} {WIDTH},{HEIGHT}",
        waiting=waiting,
        top=top,
        has_line=any(point.waiting for point in points),
    )
