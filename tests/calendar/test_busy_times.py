"""Busy times from other calendars: what is read of them, who may be asked for them, and what happens when they fail."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from core import outside
from core.jobs import run_pending
from features.accounts.personal_data import erase_all, export_all
from features.calendar import busy, reading
from features.calendar import services as calendar
from features.calendar.models import BusyCalendar, BusySpan
from tests.integrations.conftest import Receiver, serving

BERLIN = ZoneInfo("Europe/Berlin")
FIRST, LAST = datetime(2026, 10, 19, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)


def ics(*events, zone=""):
    body = "".join(
        f"BEGIN:VEVENT\nUID:{n}@x\nDTSTAMP:20260101T000000Z\n{event}\nEND:VEVENT\n" for n, event in enumerate(events)
    )
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//x//EN\n{body}END:VCALENDAR\n".replace("\n", "\r\n").encode()


def utc(day, hour, minute=0, month=10):
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def found(*events):
    return reading.spans_in(ics(*events), FIRST, LAST, BERLIN)


class TestReading:
    def test_a_series_keeps_its_hour_when_clocks_change_and_leaves_out_what_was_deleted(self):
        weekly = (
            "DTSTART;TZID=Europe/Berlin:20260902T090000\nDTEND;TZID=Europe/Berlin:20260902T100000\n"
            "RRULE:FREQ=WEEKLY;BYDAY=MO,WE\nEXDATE;TZID=Europe/Berlin:20261026T090000"
        )
        assert found(weekly) == [
            (utc(19, 7), utc(19, 8)), (utc(21, 7), utc(21, 8)), (utc(28, 8), utc(28, 9)),
        ]  # fmt: skip

    def test_one_of_a_series_that_was_moved_is_where_it_was_moved_to(self):
        text = ics("DTSTART:20261019T070000Z\nDTEND:20261019T080000Z\nRRULE:FREQ=DAILY;COUNT=2").replace(
            b"END:VCALENDAR",
            b"BEGIN:VEVENT\r\nUID:0@x\r\nDTSTAMP:20260101T000000Z\r\nRECURRENCE-ID:20261020T070000Z\r\n"
            b"DTSTART:20261022T150000Z\r\nDTEND:20261022T160000Z\r\nEND:VEVENT\r\nEND:VCALENDAR",
        )
        spans = reading.spans_in(text, FIRST, LAST, BERLIN)
        assert spans == [(utc(19, 7), utc(19, 8)), (utc(22, 15), utc(22, 16))]

    def test_whole_days_and_hours_without_a_zone_are_those_of_the_person(self):
        assert found("DTSTART;VALUE=DATE:20261020\nDTEND;VALUE=DATE:20261021") == [(utc(19, 22), utc(20, 22))]
        assert found("DTSTART:20261020T120000\nDURATION:PT30M") == [(utc(20, 10), utc(20, 10, 30))]

    @pytest.mark.parametrize("says", ["TRANSP:TRANSPARENT", "STATUS:CANCELLED", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"])
    def test_what_does_not_take_time_takes_none(self, says):
        assert found(f"DTSTART:20261020T120000Z\nDTEND:20261020T130000Z\n{says}") == []

    def test_what_overlaps_is_one_and_a_moment_is_nothing(self):
        assert found(
            "DTSTART:20261020T120000Z\nDTEND:20261020T130000Z",
            "DTSTART:20261020T123000Z\nDTEND:20261020T140000Z",
            "DTSTART:20261021T120000Z\nDTEND:20261021T120000Z",
        ) == [(utc(20, 12), utc(20, 14))]

    def test_a_calendar_that_tells_only_when(self):
        text = ics().replace(
            b"END:VCALENDAR",
            b"BEGIN:VFREEBUSY\r\nUID:f@x\r\nDTSTAMP:20260101T000000Z\r\n"
            b"FREEBUSY:20261020T120000Z/20261020T130000Z,20261021T120000Z/PT1H\r\nEND:VFREEBUSY\r\nEND:VCALENDAR",
        )
        spans = reading.spans_in(text, FIRST, LAST, BERLIN)
        assert spans == [(utc(20, 12), utc(20, 13)), (utc(21, 12), utc(21, 13))]

    @pytest.mark.parametrize("text", [b"", b"<html>Log in</html>", b"BEGIN:VCARD\r\nEND:VCARD\r\n", b"\xff\xfe\x00"])
    def test_what_is_no_calendar_is_called_so(self, text):
        with pytest.raises(reading.Unreadable) as problem:
            reading.spans_in(text, FIRST, LAST, BERLIN)
        assert problem.value.code == "no_calendar"

    def test_the_process_of_its_own_answers_the_same_and_a_bomb_ends_with_it(self, monkeypatch):
        text = ics("DTSTART:20261020T120000Z\nDTEND:20261020T130000Z")
        assert reading.read(text, FIRST, LAST, "Europe/Berlin") == [(utc(20, 12), utc(20, 13))]
        monkeypatch.setattr(reading, "SECONDS", 1)
        bomb = ics("DTSTART:19000101T000000Z\nDTEND:19000101T000001Z\nRRULE:FREQ=SECONDLY")
        with pytest.raises(reading.Unreadable) as problem:
            reading.read(bomb, FIRST, LAST, "Europe/Berlin")
        assert problem.value.code == "too_much"


@pytest.mark.django_db
class TestKeeping:
    @pytest.fixture
    def server(self, monkeypatch):
        monkeypatch.setattr(outside, "loopback_is_allowed", lambda: True)
        with serving(Receiver()) as receiver:
            yield receiver

    @pytest.fixture
    def tomorrow(self):
        return (timezone.now() + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)

    def event(self, start):
        return (
            f"DTSTART:{start:%Y%m%dT%H%M%SZ}\nDTEND:{start + timedelta(hours=1):%Y%m%dT%H%M%SZ}\nSUMMARY:Secret talks"
        )

    def test_it_is_read_after_it_was_added_and_its_time_is_busy_and_what_it_is_about_is_not_kept(
        self, server, learner, tomorrow, client
    ):
        server.answer = ics(self.event(tomorrow))
        client.force_login(learner)
        assert client.post("/account/calendar/busy/", {"address": server.url + "?key=canary"}).status_code == 303
        run_pending()
        assert calendar.busy_spans(learner, tomorrow, tomorrow + timedelta(hours=2)) == [
            (tomorrow, tomorrow + timedelta(hours=1))
        ]
        page = client.get("/account/calendar/busy/").text
        assert "127.0.0.1" in page
        assert "canary" not in page
        told = export_all(learner)["calendar"]
        assert (len(told["busy_times"]), "canary" in str(told)) == (1, False)
        erase_all(learner)
        assert not BusySpan.objects.exists()

    def test_when_it_fails_what_is_known_stays_and_its_owner_reads_why(self, server, learner, tomorrow, client):
        server.answer = ics(self.event(tomorrow))
        made = busy.add_busy_calendar(person=learner, address=server.url)
        run_pending()
        later = timezone.now() + timedelta(hours=30)
        for status, answer, problem in ((404, b"", "away"), (200, b"<html>", "no_calendar")):
            server.status, server.answer = status, answer
            busy.read_busy_calendar(made.pk, now=later)
            made.refresh_from_db()
            assert made.problem == problem
        assert made.next_at > later + timedelta(hours=3)
        assert BusySpan.objects.count() == 1
        BusyCalendar.objects.update(read_at=timezone.now() - timedelta(hours=25))
        client.force_login(learner)
        assert "may be booked although you are busy" in client.get("/account/calendar/busy/").text
        assert calendar.stale_calendars(learner) == [made]

    def test_more_than_five_megabytes_are_not_read(self, server, learner, monkeypatch):
        monkeypatch.setattr(busy, "MOST_BYTES", 100)
        server.answer = ics(*["DTSTART:20261020T120000Z\nDTEND:20261020T130000Z"] * 5)
        made = busy.add_busy_calendar(person=learner, address=server.url)
        busy.read_busy_calendar(made.pk)
        made.refresh_from_db()
        assert made.problem == "too_much"

    @pytest.mark.parametrize(
        "address", ["http://calendar.example.org/a.ics", "https://127.0.0.1/a.ics", "https://192.168.1.4/a.ics",
                    "https://[::1]/a.ics", "https://me:pw@example.org/a.ics", "file:///etc/passwd", "calendar"],
    )  # fmt: skip
    def test_addresses_that_are_refused(self, learner, client, address):
        client.force_login(learner)
        answer = client.post("/account/calendar/busy/", {"address": address})
        assert answer.status_code == 422
        assert not BusyCalendar.objects.exists()

    def test_a_redirect_is_not_followed_and_a_name_that_leads_inside_is_not_asked(self, server, learner, monkeypatch):
        made = busy.add_busy_calendar(person=learner, address=server.url)
        server.status, server.headers = 302, {"Location": server.url}
        busy.read_busy_calendar(made.pk)
        monkeypatch.setattr(outside, "loopback_is_allowed", lambda: False)
        asked = len(server.seen) if server.seen else 0
        busy.read_busy_calendar(made.pk)
        made.refresh_from_db()
        assert (made.problem, len(server.seen)) == ("address", asked)

    def test_three_are_the_most_and_the_same_one_is_read_once_webcal_too(self, learner):
        busy.add_busy_calendar(person=learner, address="webcal://calendar.example.org/0.ics")
        for n, code in ((0, "known"), (1, ""), (2, ""), (3, "too_many")):
            if code:
                with pytest.raises(busy.BusyRefused) as refused:
                    busy.add_busy_calendar(person=learner, address=f"https://calendar.example.org/{n}.ics")
                assert refused.value.code == code
            else:
                busy.add_busy_calendar(person=learner, address=f"https://calendar.example.org/{n}.ics")

    def test_each_is_read_once_an_hour_and_its_owner_removes_it(self, learner, outsider, client):
        made = busy.add_busy_calendar(person=learner, address="https://calendar.example.org/a.ics")
        now = timezone.now()
        assert [busy.read_due(now=now + timedelta(minutes=m)) for m in (50, 61, 62)] == [0, 1, 0]
        client.force_login(outsider)
        assert client.post(f"/account/calendar/busy/{made.pk}/", {"act": "remove"}).status_code == 404
        client.force_login(learner)
        assert client.post(f"/account/calendar/busy/{made.pk}/", {"act": "remove"}).status_code == 303
        assert not BusyCalendar.objects.exists()
