"""VTIMEZONE read back by an independent reader must put every minute where zoneinfo puts it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from features.calendar import vtimezone

ZONES = [
    "Europe/Berlin",
    "Europe/Dublin",
    "America/New_York",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "Pacific/Auckland",
    "America/St_Johns",
]


def observances(zone, first, last):
    """[(onset as UTC, offset)] read from the text by the words of RFC 5545: DTSTART is on the old clock."""
    found = []
    facts = {}
    for line in vtimezone.lines(zone, first, last):
        name, _, value = line.partition(":")
        facts[name] = value
        if line in ("END:STANDARD", "END:DAYLIGHT"):
            old, new = (_delta(facts[name]) for name in ("TZOFFSETFROM", "TZOFFSETTO"))
            onset = datetime.strptime(facts["DTSTART"], "%Y%m%dT%H%M%S").replace(tzinfo=UTC) - old
            found.append((onset, new))
    return found


def _delta(text):
    return (1 if text[0] == "+" else -1) * timedelta(hours=int(text[1:3]), minutes=int(text[3:5]))


@pytest.mark.parametrize("zone", ZONES)
def test_every_hour_of_three_years_has_the_offset_that_the_zone_has(zone):
    changes = observances(zone, 2026, 2028)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    while moment < datetime(2028, 12, 31, tzinfo=UTC):
        offset = [new for onset, new in changes if onset <= moment][-1]
        assert offset == moment.astimezone(ZoneInfo(zone)).utcoffset(), moment
        moment += timedelta(minutes=30)


def test_summer_time_begins_on_the_old_clock_as_the_standard_has_it():
    text = "\n".join(vtimezone.lines("Europe/Berlin", 2027, 2027))
    assert "DTSTART:20270328T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nTZNAME:CEST" in text
    assert "DTSTART:20271031T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nTZNAME:CET" in text


def test_a_zone_without_changes_has_one_rule():
    lines = vtimezone.lines("Asia/Kathmandu", 2026, 2028)
    assert [line for line in lines if line.startswith("BEGIN")] == ["BEGIN:VTIMEZONE", "BEGIN:STANDARD"]
    assert "TZOFFSETTO:+0545" in lines
