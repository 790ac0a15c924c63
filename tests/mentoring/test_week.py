"""Weekly hours as bits, over changes of the clocks and in zones that are not whole hours off."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from features.mentoring.matching import week

EVENING = ((2, time(18), time(20)),)


def instants(mask, first, number=0):
    began = datetime.combine(first, time(), UTC) + timedelta(weeks=number)
    return [began + timedelta(minutes=30 * slot) for slot in range(week.SLOTS) if mask >> slot & 1]


def test_the_clocks_change_between_two_weeks():
    first = date(2026, 3, 23)  # a Monday; Berlin goes to summer time on the 29th
    found = week.masks("Europe/Berlin", EVENING, first)
    assert [instants(mask, first, n)[0].hour for n, mask in enumerate(found)] == [17, 16, 16, 16]


def test_who_shares_an_hour_before_the_change_may_not_after_it():
    first = date(2026, 3, 16)  # New York is in summer time already, Berlin is not yet
    berlin = week.masks("Europe/Berlin", ((2, time(18), time(19)),), first)
    new_york = week.masks("America/New_York", ((2, time(13), time(14)),), first)
    assert [(a & b).bit_count() for a, b in zip(berlin, new_york, strict=True)] == [2, 2, 0, 0][::1]
    assert week.overlap(berlin, new_york) == 0


def test_a_zone_of_three_quarters_of_an_hour_promises_only_whole_half_hours():
    first = date(2026, 6, 1)
    mask = week.masks("Asia/Kathmandu", EVENING, first)[0]
    assert [f"{t:%H:%M}" for t in instants(mask, first)] == ["12:30", "13:00", "13:30"]


def test_an_evening_in_the_west_is_a_morning_in_utc_and_wraps_over_sunday():
    first = date(2026, 6, 1)
    found = week.masks("America/Los_Angeles", ((7, time(20), time.max),), first)
    assert [len(instants(mask, first)) for mask in found] == [8, 8, 8, 8]


@settings(max_examples=150, deadline=None)
@given(
    zone=st.sampled_from(
        ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Chatham"]
    ),
    day=st.integers(1, 7),
    clocks=st.lists(st.times(), min_size=2, max_size=2, unique=True),
    first=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
)
def test_nothing_is_promised_outside_of_what_was_said(zone, day, clocks, first):
    starts, ends = sorted(clocks)
    first -= timedelta(days=first.weekday())
    for number, mask in enumerate(week.masks(zone, ((day, starts, ends),), first)):
        for instant in instants(mask, first, number):
            for moment in (instant, instant + timedelta(minutes=30) - timedelta(microseconds=1)):
                local = moment.astimezone(ZoneInfo(zone))
                assert local.isoweekday() == day
                assert starts <= local.time() <= ends
