"""What a buyer may have back besides what was agreed, in numbers. Plain data in and out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SECOND_THOUGHTS = timedelta(hours=24)  # after the charge, and not in the last such time before it begins
MISSING = (1, 4)  # so much of what was sold did not take place because of its seller
TIMES_A_WEEK = 2  # whoever sells meetings in advance has to offer
AFTERWARDS = timedelta(days=30)  # as long can be said that the seller did not do their part


class RefundReason(StrEnum):
    SECOND_THOUGHTS = "second_thoughts"
    MISSING = "missing"
    NO_TIMES = "no_times"
    UNUSED = "unused"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Of one thing that was paid for. `starts_at` is of what begins at a moment; the rest is of packages."""

    left_minor: int  # of its price, not paid back yet
    paid_at: datetime
    starts_at: datetime | None = None
    expires_at: datetime | None = None
    unused_minor: int = 0  # the credits that are left, at the price of one
    units: int = 1
    spent: int = 0  # of them, and not come back
    missed: int = 0
    times_a_week: int | None = None  # None where nobody has to offer any


@dataclass(frozen=True)
class Right:
    reason: RefundReason
    amount_minor: int
    until: datetime

    @property
    def is_whole(self) -> bool:
        return self.reason in (RefundReason.SECOND_THOUGHTS, RefundReason.MISSING)


def right(facts: Facts, now: datetime) -> Right | None:
    """The one that brings most, and of equal ones the first below."""
    held = [each for each in _rights(facts) if each.amount_minor > 0 and now < each.until]
    return max(held, key=lambda each: each.amount_minor, default=None)


def _rights(facts: Facts):
    latest = facts.paid_at + SECOND_THOUGHTS
    if facts.starts_at:
        latest = min(latest, facts.starts_at - SECOND_THOUGHTS)
    if not facts.spent:  # of what is used, only the rest can be had back
        yield Right(RefundReason.SECOND_THOUGHTS, facts.left_minor, latest)
    if facts.expires_at is None:
        return
    unused = min(facts.unused_minor, facts.left_minor)
    part, whole = MISSING
    if facts.missed * whole >= facts.units * part:
        yield Right(RefundReason.MISSING, facts.left_minor, facts.expires_at + AFTERWARDS)
    if facts.times_a_week is not None and facts.times_a_week < TIMES_A_WEEK:
        yield Right(RefundReason.NO_TIMES, unused, facts.expires_at + AFTERWARDS)
    yield Right(RefundReason.UNUSED, unused, facts.expires_at)
