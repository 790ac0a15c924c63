"""A person's free hours as bits: the half hours, in UTC, of each of the coming four weeks.

Local hours are laid on real dates, so a change of the clocks falls where it falls. A half hour counts only if all of it
is free: in a zone 45 minutes off nothing is promised that nobody meant."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKS = 4
SLOT = 30  # minutes
SLOTS = 7 * 24 * 60 // SLOT
LONG = timedelta(minutes=SLOT)
WORDS = 6  # of 64 bits a week
UNKNOWN = 0  # the number of the mask of whoever has not said when they are free


def monday(now: datetime) -> date:
    """The week that masks begin with: the one after this, as this one is nearly spent."""
    today = now.astimezone(UTC).date()
    return today + timedelta(days=7 - today.weekday())


def masks(zone: str, week: Iterable[tuple[int, time, time]], first: date) -> list[int]:
    """One number of SLOTS bits for each of WEEKS weeks from Monday `first` on. `week` holds (ISO weekday, from, until)
    on the clocks of `zone`; the last moment of a day means its end."""
    began = datetime.combine(first, time(), UTC)
    found = [0] * WEEKS
    clock = ZoneInfo(zone)
    rules = list(week)
    for number in range(-1, WEEKS * 7 + 1):  # a local day may begin a day before or after the one in UTC
        day = first + timedelta(days=number)
        for weekday, starts, ends in rules:
            if day.isoweekday() != weekday:
                continue
            start = max(_instants(day, starts, clock)) - began
            end = (
                min(_instants(*((day + timedelta(days=1), time()) if ends == time.max else (day, ends)), clock)) - began
            )
            _fill(found, -(-start // LONG), end // LONG)
    return found


def _instants(day: date, clock: time, zone: ZoneInfo) -> list[datetime]:
    """Where clocks change a time may be missing or happen twice: both readings, of which the tighter counts."""
    return [datetime.combine(day, clock.replace(fold=fold), zone).astimezone(UTC) for fold in (0, 1)]


def _fill(found: list[int], start: int, end: int) -> None:
    for number in range(WEEKS):
        low, high = max(0, start - number * SLOTS), min(SLOTS, end - number * SLOTS)
        if low < high:
            found[number] |= ((1 << (high - low)) - 1) << low


def overlap(one: list[int], other: list[int]) -> int:
    """Minutes that two people share in the leanest of the weeks."""
    return SLOT * min((a & b).bit_count() for a, b in zip(one, other, strict=True))


def words(found: list[int]) -> list[int]:
    """Masks as 64-bit words, as the kernel reads them."""
    return [(mask >> (64 * word)) & (2**64 - 1) for mask in found for word in range(WORDS)]


def stretches(shared: int, first: date) -> list[tuple[datetime, datetime]]:
    """The bits of the first week as (from, until) in UTC, those that touch as one."""
    began = datetime.combine(first, time(), UTC)
    found: list[tuple[datetime, datetime]] = []
    for slot in range(SLOTS):
        if shared >> slot & 1:
            start = began + slot * LONG
            if found and found[-1][1] == start:
                found[-1] = (found[-1][0], start + LONG)
            else:
                found.append((start, start + LONG))
    return found
