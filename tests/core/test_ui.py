from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.template import Context
from django.utils import timezone

from core.templatetags import ui
from features.skills.models import Level

EVENING = datetime(2026, 11, 26, 18, 30, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class TestPeople:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("Amara Okonjo", "AO"),
            ("Leila Haddad-Moreau", "LH"),
            ("María José de la Fuente", "MF"),
            ("Prince", "P"),
            ("łukasz žižka", "ŁŽ"),
            ("ßara (she/her)", "S"),
            ("李 小龍", "李小"),
            ("   ", ""),
        ],
    )
    def test_initials_are_the_first_and_the_last_word(self, name, expected):
        assert ui.initials(name) == expected

    def test_a_member_keeps_one_of_six_tints_and_never_the_readers(self):
        assert {ui.tint(n) for n in range(100)} == {2, 3, 4, 5, 6, 7}
        assert ui.tint(41) == ui.tint(41)

    def test_an_arch_is_decoration_and_cannot_carry_markup(self):
        html = ui.arch(SimpleNamespace(pk=1, name="<b> <i>"), "s")
        assert html == '<span class="arch t3 s" aria-hidden="true"></span>'


class TestPictures:
    def test_an_icon_is_hidden_from_readers_unless_it_has_a_label(self):
        assert 'aria-hidden="true"' in ui.icon("lock")
        assert 'role="img" aria-label="Only you"' in ui.icon("lock", label="Only you")
        assert ui.icon("lock").endswith('#lock"/></svg>')

    def test_levels_are_those_of_the_skills_feature(self):
        assert {n: str(word) for n, word in ui.LEVELS.items()} == {n: str(word) for n, word in Level.choices}
        assert "Working" in ui.level(Level.WORKING)
        assert 'aria-label="Level 3 of 5"' in ui.level(3)


class TestTimes:
    @pytest.mark.parametrize(
        ("zone", "expected"),
        [
            ("Europe/Lisbon", "Lisbon"),
            ("America/Argentina/Buenos_Aires", "Buenos Aires"),
            ("Asia/Ho_Chi_Minh", "Ho Chi Minh"),
            ("Asia/Katmandu", "Kathmandu"),
            ("UTC", "UTC"),
            ("", ""),
        ],
    )
    def test_a_zone_is_called_by_its_city(self, zone, expected):
        assert ui.city(zone) == expected

    def test_words_say_the_year_only_when_it_is_another_one(self):
        assert ui.words(EVENING, "full", NOW) == "Thu 26 November, 18:30"
        assert ui.words(EVENING, "day", NOW) == "Thursday 26 November"
        assert ui.words(EVENING, "time", NOW) == "18:30"
        assert ui.words(EVENING.replace(year=2027), "day", NOW) == "Friday 26 November 2027"

    def test_in_the_hour_that_happens_twice_the_zone_says_which(self):
        first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
        said = [ui.words(ui.local(first + n * timedelta(hours=1), "Europe/Berlin"), "time", NOW) for n in (-1, 0, 1, 2)]
        assert said == ["01:30", "02:30 CEST", "02:30 CET", "03:30"]

    def test_today_and_tomorrow_are_those_of_the_zone(self):
        late = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)
        assert ui.near(late, "Europe/Lisbon", late - timedelta(hours=1)) == "Today, 23:30"
        assert ui.near(late, "Asia/Tokyo", late - timedelta(hours=24)) == "Tomorrow, 08:30"
        assert ui.near(late, "Europe/Lisbon", late - timedelta(days=7)) == "Thu 26 November, 23:30"

    def test_a_date_that_people_keep_always_has_its_year(self):
        assert ui.words(EVENING, "date", NOW) == "26 November 2026"

    def test_a_moment_is_shown_in_the_asked_zone_and_carries_utc(self):
        html = ui.when(EVENING, "Africa/Lagos", shape="time")
        assert html == '<time datetime="2026-11-26T18:30:00+00:00" data-local="time">19:30</time>'

    def test_without_a_zone_the_viewers_own_is_used(self):
        with timezone.override("America/New_York"):
            assert ">13:30<" in ui.when(EVENING, shape="time")

    def test_an_evening_past_midnight_still_names_one_day(self):
        html = ui.when(EVENING, "UTC", end=EVENING + timedelta(hours=7))
        assert html.count("November") == 1
        assert html.endswith(">01:30</time>")

    def test_several_days_name_both(self):
        html = ui.when(EVENING, "UTC", end=EVENING + timedelta(days=2))
        assert html.count("November") == 2

    def test_a_clock_change_between_keeps_wall_times(self):
        before = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
        assert ">02:30 CEST<" in ui.when(before, "Europe/Berlin", shape="time")
        assert ">02:30 CET<" in ui.when(before + timedelta(hours=1), "Europe/Berlin", shape="time")

    def test_a_tile_has_three_parts_that_the_browser_may_replace(self):
        html = ui.tile(EVENING, "Pacific/Auckland", "now")
        assert "<span>Fri</span><b>27</b><span>Nov</span>" in html
        assert 'class="date now"' in html


class TestBeside:
    def beside(self, zone, other, *, known):
        return ui.beside(Context({"viewer_zone": zone, "viewer_zone_is_known": known}), EVENING, other)

    def test_a_member_reads_whose_time_it_is_and_the_hosts(self):
        assert self.beside("Europe/Lisbon", "Africa/Lagos", known=True) == "Your time, Lisbon. 19:30 in Lagos."

    def test_another_day_there_is_said(self):
        assert "Fri 27 November" in self.beside("Europe/Lisbon", "Pacific/Auckland", known=True)

    def test_the_same_zone_is_said_once(self):
        assert self.beside("Europe/Lisbon", "Europe/Lisbon", known=True) == "Your time, Lisbon."

    def test_a_stranger_gets_the_zones_name_and_the_browser_what_it_needs(self):
        html = self.beside("Europe/Lisbon", "Africa/Lagos", known=False)
        assert '<span data-zone-name="{city} time.">Lisbon time.</span>' in html
        assert '<span data-there="Africa/Lagos">19:30 in Lagos.</span>' in html
        assert "Your time" not in html

    def test_for_a_stranger_the_hosts_time_waits_hidden_when_it_is_the_same(self):
        assert '<span data-there="Europe/Lisbon" hidden>' in self.beside("Europe/Lisbon", "Europe/Lisbon", known=False)


class TestPrice:
    @pytest.mark.parametrize(
        ("minor", "currency", "exact", "expected"),
        [
            (0, "EUR", False, "Free"),
            (0, "EUR", True, "€0.00"),
            (4500, "EUR", False, "€45"),
            (4500, "EUR", True, "€45.00"),
            (2850, "GBP", False, "£28.50"),
            (5, "USD", False, "$0.05"),
            (-1110, "EUR", True, "−€11.10"),
            (128400, "EUR", False, "€1,284"),
            (120450, "EUR", False, "€1,204.50"),
            (4500, "JPY", False, "JPY\N{NO-BREAK SPACE}4,500"),
            (4500, "KWD", False, "KWD\N{NO-BREAK SPACE}4.500"),
            (9900, "CHF", False, "CHF\N{NO-BREAK SPACE}99"),
            (123456789012345678, "EUR", True, "€1,234,567,890,123,456.78"),
        ],
    )
    def test_minor_units_become_what_people_write(self, minor, currency, exact, expected):
        assert ui.price(minor, currency, exact) == expected
