"""Wall time and instants over the nights when clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from features.calendar.zones import from_wall, happens_twice, local_span, weekly, zone_choices

ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "UTC"]


class TestFromWall:
    @pytest.mark.parametrize(
        ("day", "clock", "zone", "instant"),
        [
            (date(2026, 11, 26), time(18, 30), "Europe/Berlin", "2026-11-26T17:30"),
            (date(2027, 7, 1), time(18, 30), "Europe/Berlin", "2027-07-01T16:30"),
            (date(2026, 11, 26), time(18, 30), "Asia/Kathmandu", "2026-11-26T12:45"),
            (date(2028, 2, 29), time(9, 0), "Europe/Berlin", "2028-02-29T08:00"),
            (date(2027, 3, 28), time(1, 59), "Europe/Berlin", "2027-03-28T00:59"),
            (date(2027, 3, 28), time(3, 0), "Europe/Berlin", "2027-03-28T01:00"),
        ],
    )
    def test_is_the_instant_at_which_the_clocks_there_show_it(self, day, clock, zone, instant):
        assert from_wall(day, clock, zone) == datetime.fromisoformat(instant).replace(tzinfo=UTC)

    @pytest.mark.parametrize("clock", [time(2, 0), time(2, 30), time(2, 59)])
    def test_an_hour_that_is_missing_is_refused_with_a_way_on(self, clock):
        with pytest.raises(ValidationError) as refusal:
            from_wall(date(2027, 3, 28), clock, "Europe/Berlin")
        assert refusal.value.code == "missing_time"
        (words,) = refusal.value.messages
        assert words.startswith(f"{clock:%H:%M} does not exist that night")
        assert f"Choose {clock.replace(hour=3):%H:%M}" in words

    def test_an_hour_that_happens_twice_is_the_first_unless_the_second_is_asked_for(self):
        night = date(2027, 10, 31)
        first = from_wall(night, time(2, 30), "Europe/Berlin")
        second = from_wall(night, time(2, 30), "Europe/Berlin", later=True)
        assert first == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
        assert second - first == timedelta(hours=1)
        assert from_wall(night, time(1, 30), "Europe/London") == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)

    def test_the_end_of_time_is_an_error_and_not_a_crash(self):
        with pytest.raises(ValidationError):
            from_wall(date.max, time(23, 0), "America/New_York")

    @given(
        st.builds(datetime.combine, st.dates(date(2020, 1, 1), date(2037, 12, 31)), st.times()),
        st.sampled_from(ZONES),
        st.booleans(),
    )
    def test_what_is_not_refused_is_shown_as_it_was_typed(self, wall, zone, later):
        try:
            instant = from_wall(wall.date(), wall.time(), zone, later=later)
        except ValidationError:
            assert not happens_twice(wall.date(), wall.time(), zone)
            return
        assert instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) == wall


class TestHappensTwice:
    def test_only_in_the_hour_that_is_lived_twice(self):
        night = date(2027, 10, 31)
        assert happens_twice(night, time(2, 30), "Europe/Berlin")
        assert not happens_twice(night, time(1, 30), "Europe/Berlin")
        assert happens_twice(night, time(1, 30), "Europe/London")
        assert not happens_twice(date(2027, 3, 28), time(2, 30), "Europe/Berlin")
        assert not happens_twice(night, time(2, 30), "Asia/Kathmandu")


class TestWeekly:
    def test_the_clock_stays_when_the_clocks_change(self):
        start = from_wall(date(2026, 10, 15), time(18, 30), "Europe/Berlin")
        series = weekly(start, "Europe/Berlin", 4)
        assert series[0] == start
        assert [moment.hour for moment in series] == [16, 16, 17, 17]
        local = [moment.astimezone(ZoneInfo("Europe/Berlin")) for moment in series]
        assert {moment.time() for moment in local} == {time(18, 30)}
        assert [moment.day for moment in local] == [15, 22, 29, 5]

    def test_a_missing_time_is_held_an_hour_later_that_week_only(self):
        start = from_wall(date(2027, 3, 21), time(2, 30), "Europe/Berlin")
        local = [moment.astimezone(ZoneInfo("Europe/Berlin")).time() for moment in weekly(start, "Europe/Berlin", 3)]
        assert local == [time(2, 30), time(3, 30), time(2, 30)]

    def test_it_begins_with_its_start_even_in_the_second_of_two_hours(self):
        start = from_wall(date(2027, 10, 31), time(2, 30), "Europe/Berlin", later=True)
        assert weekly(start, "Europe/Berlin", 2) == [start, from_wall(date(2027, 11, 7), time(2, 30), "Europe/Berlin")]

    def test_without_clock_changes_weeks_are_weeks(self):
        start = from_wall(date(2028, 2, 22), time(6, 15), "Asia/Kathmandu")
        assert weekly(start, "Asia/Kathmandu", 2)[1] == from_wall(date(2028, 2, 29), time(6, 15), "Asia/Kathmandu")


class TestLocalSpan:
    def test_one_day_here_may_be_two_there(self):
        start = datetime(2026, 11, 26, 21, 0, tzinfo=UTC)
        end = start + timedelta(minutes=90)
        assert local_span(start, end, "Europe/Lisbon").is_one_day
        there = local_span(start, end, "Asia/Kathmandu")
        assert (there.starts.hour, there.starts.minute, there.starts.day) == (2, 45, 27)
        assert not local_span(start + timedelta(hours=2), end + timedelta(hours=2), "Europe/Lisbon").is_one_day


class TestZoneChoices:
    def test_zones_are_grouped_by_place_and_named_by_city(self):
        groups = {str(group): dict(zones) for group, zones in zone_choices()}
        assert groups["Europe"]["Europe/Berlin"] == "Berlin"
        assert "Asia/Kathmandu" in groups["Asia"]
        assert "UTC" in groups["UTC"]
