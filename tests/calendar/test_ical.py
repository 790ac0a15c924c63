"""Entries as other calendars read them. The files in golden/ are what was reviewed by hand, byte for byte."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.templatetags.ui import local, words
from features.calendar import ical
from features.calendar.zones import from_wall

GOLDEN = Path(__file__).with_name("golden")


def facts(day=date(2026, 11, 26), clock=time(18, 30), zone="Europe/Berlin", *, minutes=90, later=False, **changes):
    starts_at = from_wall(day, clock, zone, later=later)
    return {
        "uid": "4f1c6a1e-27cd-4a52-9a7e-0d9f6f6d2c11@masteryhub.example",
        "sequence": 0,
        "status": "CONFIRMED",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=minutes),
        "zone": zone,
        "summary": "Reading a query plan without fear",
        "description": "Bring one slow query, with its plan; no laptop needed.\n\nhttps://masteryhub.example/sessions/41/",
        "location": "Prinzenstraße 12, Berlin",
        "url": "https://masteryhub.example/sessions/41/reading-a-query-plan-without-fear/",
        "organizer_email": "no-reply@masteryhub.example",
        "organizer_name": "MasteryHub",
        "attendee_email": "sofia@example.org",
        "attendee_name": "Sofia Mendes",
        "last_modified": datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
    } | changes


ENTRIES = {
    "berlin_winter": facts(),
    "berlin_summer": facts(date(2027, 7, 1)),
    "berlin_first_hour_of_summer": facts(date(2027, 3, 28), time(3, 0)),
    "berlin_across_the_missing_hour": facts(date(2027, 3, 28), time(1, 30)),
    "berlin_first_of_two_hours": facts(date(2027, 10, 31), time(2, 30), minutes=20),
    "berlin_second_of_two_hours": facts(date(2027, 10, 31), time(2, 30), minutes=20, later=True),
    "london_first_of_two_hours": facts(date(2027, 10, 31), time(1, 30), "Europe/London"),
    "kathmandu": facts(zone="Asia/Kathmandu"),
    "leap_day": facts(date(2028, 2, 29), time(9, 0)),
    "new_year": facts(date(2026, 12, 31), time(23, 30)),
    "utc": facts(zone="UTC"),
}


def entry(method, **given) -> bytes:
    return ical.message(method=method, entry=ical.Entry(**given))


def read(data: bytes):
    calendar = icalendar.Calendar.from_ical(data)
    (event,) = calendar.walk("VEVENT")
    return calendar, event


class TestGolden:
    @pytest.mark.parametrize("name", ENTRIES)
    def test_an_entry_is_what_was_reviewed(self, name):
        assert entry(method="REQUEST", **ENTRIES[name]) == (GOLDEN / f"{name}.ics").read_bytes()

    def test_a_withdrawn_entry_is_what_was_reviewed(self):
        withdrawn = facts(sequence=3, status="CANCELLED")
        assert entry(method="CANCEL", **withdrawn) == (GOLDEN / "withdrawn.ics").read_bytes()

    def test_a_feed_is_what_was_reviewed(self):
        nobody = {"organizer_email": "", "organizer_name": "", "attendee_email": "", "attendee_name": ""}
        entries = [
            ical.Entry(**facts(**nobody)),
            ical.Entry(**facts(date(2027, 7, 1), zone="Asia/Kathmandu", uid="2@masteryhub.example", **nobody)),
            ical.Entry(**facts(date(2027, 7, 1), uid="3@masteryhub.example", **nobody)),
        ]
        assert ical.feed(name="Sofia's agenda", entries=entries) == (GOLDEN / "feed.ics").read_bytes()


class TestEntry:
    @pytest.mark.parametrize("name", ENTRIES)
    def test_another_reader_finds_the_same_instants_and_the_clock_of_the_page(self, name):
        given = ENTRIES[name]
        _calendar, event = read(entry(method="REQUEST", **given))
        assert event.start.astimezone(UTC) == given["starts_at"]
        assert event.end.astimezone(UTC) == given["ends_at"]
        # What the page of the session says, by the function that it says it with: which of two hours, in words.
        shape = "%H:%M %Z" if name.endswith("of_two_hours") else "%H:%M"
        on_page = words(local(given["starts_at"], given["zone"]), "time")
        assert event.start.astimezone(ZoneInfo(given["zone"])).strftime(shape) == on_page

    def test_a_change_and_a_cancellation_keep_the_uid_and_outrank_what_was_sent(self):
        messages = [
            read(entry(method=method, **facts(sequence=number, status=status)))
            for method, number, status in [
                ("REQUEST", 0, "CONFIRMED"),
                ("REQUEST", 2, "CONFIRMED"),
                ("CANCEL", 3, "CANCELLED"),
            ]
        ]
        assert {str(event["uid"]) for _calendar, event in messages} == {facts()["uid"]}
        assert [event["sequence"] for _calendar, event in messages] == [0, 2, 3]
        assert [str(calendar["method"]) for calendar, _event in messages] == ["REQUEST", "REQUEST", "CANCEL"]
        assert str(messages[2][1]["status"]) == "CANCELLED"

    def test_says_who_invites_whom_and_rings_no_bell(self):
        _calendar, event = read(entry(method="REQUEST", **facts()))
        assert str(event["organizer"]) == "mailto:no-reply@masteryhub.example"
        assert event["attendee"].params["CN"] == "Sofia Mendes"
        assert event["attendee"].params["PARTSTAT"] == "ACCEPTED"
        assert not event.walk("VALARM")

    def test_lines_end_as_mail_wants_them_and_are_folded(self):
        data = entry(method="REQUEST", **facts(summary="Größere Übung über Prüfungen, " * 6))
        lines = data.split(b"\r\n")
        assert max(len(line) for line in lines) <= 75
        assert not any(b"\n" in line or b"\r" in line for line in lines)
        assert str(read(data)[1]["summary"]) == ("Größere Übung über Prüfungen, " * 6).strip()

    def test_signs_of_the_format_are_escaped_and_come_back(self):
        text = 'Bring: one, two; three\\four "five"\nand a second line'
        data = entry(method="REQUEST", **facts(description=text, location="Room 1; left, then right"))
        assert b"one\\, two\\; three\\\\four" in data.replace(b"\r\n ", b"")
        _calendar, event = read(data)
        assert str(event["description"]) == text
        assert str(event["location"]) == "Room 1; left, then right"

    @given(
        st.fixed_dictionaries(
            {
                name: st.text(st.characters(exclude_categories=()), max_size=60)
                | st.sampled_from(
                    ["x\r\nATTENDEE:mailto:eve@example.org", "x\nEND:VEVENT", "a\x00b", "\u2028BEGIN:VALARM"]
                )
                for name in ("summary", "description", "location", "attendee_name", "organizer_name", "url", "uid")
            }
        )
    )
    def test_no_text_adds_a_line_of_its_own(self, typed):
        data = entry(method="REQUEST", **(facts() | typed))
        plain = data.decode().replace("\r\n ", "")
        names = [line.partition(":")[0].partition(";")[0] for line in plain.split("\r\n") if line]
        expected = {"ATTENDEE": 1, "ORGANIZER": 1, "UID": 1, "SUMMARY": 1, "BEGIN": 6, "END": 6, "METHOD": 1}
        assert {name: names.count(name) for name in expected} == expected
        assert not any(ord(c) < 32 and c not in "\r\n\t" for c in plain)
        calendar, event = read(data)
        assert not calendar.errors
        assert not event.errors
        assert str(event["attendee"]) == "mailto:sofia@example.org"


class TestFeed:
    def test_each_zone_is_explained_once_and_nobody_is_invited(self):
        calendar = icalendar.Calendar.from_ical((GOLDEN / "feed.ics").read_bytes())
        assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Asia/Kathmandu", "Europe/Berlin"]
        assert len(calendar.walk("VEVENT")) == 3
        assert str(calendar["method"]) == "PUBLISH"
        assert not any("attendee" in event for event in calendar.walk("VEVENT"))

    def test_an_empty_one_is_still_a_calendar(self):
        calendar = icalendar.Calendar.from_ical(ical.feed(name="Nothing yet", entries=[]))
        assert calendar.walk("VEVENT") == []
        assert str(calendar["x-wr-calname"]) == "Nothing yet"
