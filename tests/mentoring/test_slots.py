"""When somebody can be booked: plain arithmetic on spans, with clocks that are changed (F6)."""

from datetime import UTC, date, datetime, time, timedelta

from features.mentoring import slots
from features.mentoring.slots import Rules, by_day, free, wall_spans

HOUR, HALF = timedelta(hours=1), timedelta(minutes=30)
MONDAY = datetime(2026, 11, 30, 6, tzinfo=UTC)
MORNING = ((1, time(9), time(12)),)


def rules(**said):
    return Rules(**{"zone": "UTC", "week": MORNING, "horizon": timedelta(days=6)} | said)


def starts(found):
    return [f"{start:%d %H:%M}" for start, _end in found]


def at(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


class TestRules:
    def test_a_free_morning_is_cut_every_half_hour(self):
        assert starts(free(rules(), HOUR, MONDAY)) == ["30 09:00", "30 09:30", "30 10:00", "30 10:30", "30 11:00"]

    def test_what_is_busy_keeps_its_room_on_both_sides(self):
        said = rules(before=timedelta(minutes=30), after=timedelta(minutes=15))
        busy = [(at(30, 10, 30), at(30, 11))]
        assert starts(free(said, HALF, MONDAY, busy=busy)) == ["30 09:00", "30 09:30", "30 11:30"]

    def test_between_two_meetings_is_the_longer_of_the_buffers_on_either_side(self):
        met = [(at(30, 10, 30), at(30, 11))]
        for said in (rules(after=HALF), rules(before=HALF)):
            assert starts(free(said, HALF, MONDAY, meetings=met)) == ["30 09:00", "30 09:30", "30 11:30"]
        assert starts(free(rules(after=HALF, before=HOUR), HALF, MONDAY, meetings=met)) == ["30 09:00"]

    def test_whoever_books_has_no_buffers_but_cannot_be_in_two_places(self):
        busy = [(at(30, 9, 30), at(30, 11))]
        assert starts(free(rules(before=HOUR, after=HOUR), HALF, MONDAY, other_busy=busy)) == [
            "30 09:00", "30 11:00", "30 11:30",
        ]  # fmt: skip

    def test_nothing_is_nearer_than_the_notice_or_further_than_the_horizon(self):
        assert starts(free(rules(notice=timedelta(hours=4)), HOUR, MONDAY))[0] == "30 10:00"
        assert free(rules(horizon=timedelta(days=0)), HOUR, MONDAY + timedelta(days=1)) == []
        assert len({s.date() for s, _ in free(rules(horizon=timedelta(days=14)), HOUR, MONDAY)}) == 3

    def test_a_full_day_and_a_full_week_are_closed(self):
        week = ((1, time(9), time(11)), (2, time(9), time(11)))
        booked = [at(30, 15)]
        assert {s[:2] for s in starts(free(rules(week=week, most_a_day=1), HOUR, MONDAY, booked=booked))} == {"01"}
        assert free(rules(week=week, most_a_week=1), HOUR, MONDAY, booked=booked) == []

    def test_whoever_travels_keeps_the_hours_of_their_week_on_the_clocks_of_where_they_are(self):
        week = tuple((day, time(9), time(10)) for day in range(1, 8))
        said = rules(
            zone="Europe/Lisbon", week=week, horizon=timedelta(days=4), most_a_day=1,
            travel_from=date(2026, 12, 1), travel_until=date(2026, 12, 2), travel_zone="Asia/Tokyo",
        )  # fmt: skip
        booked = [datetime(2026, 12, 1, 23, tzinfo=UTC)]  # on the second, where they are then
        found = free(said, HOUR, MONDAY, booked=booked)
        assert starts(found) == ["30 09:00", "01 00:00", "03 09:00", "04 09:00"]
        assert [said.zone_at(start) for start, _end in found] == [
            "Europe/Lisbon", "Asia/Tokyo", "Europe/Lisbon", "Europe/Lisbon",
        ]  # fmt: skip

    def test_nobody_is_booked_while_away(self):
        assert free(rules(away_from=date(2026, 11, 29), away_until=date(2026, 11, 30)), HOUR, MONDAY) == []
        assert free(rules(away_from=date(2026, 12, 1)), HOUR, MONDAY)

    def test_an_evening_that_goes_on_after_midnight_is_one(self):
        week = ((1, time(23), time.max), (2, time(0), time(1)))
        assert starts(free(rules(week=week), 2 * HOUR, MONDAY)) == ["30 23:00"]


class TestClocks:
    def test_the_missing_hour_is_in_no_span(self):
        # 2026-03-29 in Berlin: 02:00 to 03:00 does not exist.
        assert wall_spans(date(2026, 3, 29), time(2, 30), time(4), "Europe/Berlin") == [
            (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 3, 29, 2, tzinfo=UTC))
        ]
        assert wall_spans(date(2026, 3, 29), time(2), time(3), "Europe/Berlin") == []

    def test_the_double_hour_is_in_twice(self):
        # 2026-10-25 in Berlin: 02:00 to 03:00 happens twice, one right after the other.
        assert wall_spans(date(2026, 10, 25), time(2), time(3), "Europe/Berlin") == [
            (datetime(2026, 10, 25, 0, tzinfo=UTC), datetime(2026, 10, 25, 2, tzinfo=UTC))
        ]
        assert wall_spans(date(2026, 10, 25), time(1, 30), time(2, 30), "Europe/Berlin") == [
            (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
            (datetime(2026, 10, 25, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ]

    def test_nine_stays_nine_when_clocks_change(self):
        said = rules(zone="Europe/Berlin", week=((6, time(9), time(10)), (7, time(9), time(10))))
        found = free(said, HOUR, datetime(2026, 3, 27, tzinfo=UTC))
        assert starts(found) == ["28 08:00", "29 07:00"]

    def test_a_quarter_of_an_hour_from_everybody_else(self):
        found = free(rules(zone="Asia/Kathmandu", week=((1, time(9), time(10)),)), HOUR, MONDAY - 6 * HOUR)
        assert starts(found) == ["30 03:15"]

    def test_the_leap_day_is_a_day(self):
        found = free(rules(week=((2, time(9), time(10)),)), HOUR, datetime(2028, 2, 28, tzinfo=UTC))
        assert [start.date() for start, _ in found] == [date(2028, 2, 29)]

    def test_days_are_those_of_the_reader(self):
        found = free(rules(week=((1, time(22), time.max),)), HOUR, MONDAY)
        assert [(day.day, starts(spans)) for day, spans in by_day(found, "Europe/Athens")] == [
            (1, ["30 22:00", "30 22:30", "30 23:00"])
        ]

    def test_the_step_is_half_an_hour(self):
        assert slots.STEP == HALF
