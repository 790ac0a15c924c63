"""One's seats and hosted sessions in the calendar that one uses anyway, at an address that is a key."""

from datetime import datetime, timedelta

import icalendar
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core import logs
from features.accounts.personal_data import erase_all, export_all
from features.calendar import services
from features.calendar.models import CalendarFeed
from features.sessions import emails
from features.sessions import services as sessions
from features.sessions.models import SkillSession
from tests.factories import make_session, make_user

pytestmark = pytest.mark.django_db
PAGE = "/account/calendar/"


@pytest.fixture(scope="module")
def address(learner):
    return f"/ics/{services.open_feed(person=learner).secret}.ics"


def read(response) -> dict:
    assert response.status_code == 200
    events = icalendar.Calendar.from_ical(response.content).walk("VEVENT")
    return {str(event["summary"]): event for event in events}


def facts(event) -> tuple:
    return str(event["uid"]), int(event["sequence"]), str(event["status"])


class TestEntries:
    def test_a_seat_is_the_entry_that_its_letter_carries(self, client, learner, expert, address):
        session = make_session(expert, title="Plans")
        seat = sessions.register(session=session, person=learner)
        [by_letter] = icalendar.Calendar.from_ical(emails.calendar_entry(seat)).walk("VEVENT")
        event = read(client.get(address))["Plans"]
        for name in ("uid", "sequence", "status", "dtstart", "dtend", "summary", "location", "description", "dtstamp"):
            assert event[name] == by_letter[name], name
        assert f"/join/{seat.join_token}/" in str(event["location"])
        assert "attendee" not in event

    def test_a_change_raises_it_and_a_cancellation_says_so(self, client, learner, expert, address):
        session = make_session(expert, title="Plans")
        sessions.register(session=session, person=learner)
        uid, first, _status = facts(read(client.get(address))["Plans"])
        SkillSession.objects.update(ical_sequence=1)
        assert facts(read(client.get(address))["Plans"]) == (uid, first + 2, "CONFIRMED")
        sessions.cancel_session(session=session, by=expert, reason="ill")
        assert facts(read(client.get(address))["Plans"]) == (uid, first + 4, "CANCELLED")

    def test_a_seat_given_back_is_cancelled_and_outranks_the_request(self, client, learner, expert, address):
        seat = sessions.register(session=make_session(expert, title="Plans"), person=learner)
        before = facts(read(client.get(address))["Plans"])
        sessions.cancel_registration(registration=seat, by=learner)
        assert facts(read(client.get(address))["Plans"]) == (before[0], before[1] + 1, "CANCELLED")

    def test_what_one_hosts_stands_there_and_drafts_do_not(self, client, expert):
        make_session(expert, title="Hosted")
        make_session(expert, title="A draft", published=False, starts_in=timedelta(days=9))
        address = f"/ics/{services.open_feed(person=expert).secret}.ics"
        assert set(read(client.get(address))) == {"Hosted"}

    def test_nothing_of_anybody_else_and_nothing_one_only_waits_for(self, client, learner, outsider, expert, address):
        session = make_session(expert, title="Plans", capacity=1)
        sessions.register(session=session, person=outsider)
        sessions.join_waitlist(session=session, person=learner)
        assert read(client.get(address)) == {}

    def test_ninety_days_back_and_all_that_is_to_come(self, client, learner, expert, address):
        for title, days in (("Long ago", -91), ("Lately", -89), ("Far off", 900)):
            session = make_session(expert, title=title)
            sessions.register(session=session, person=learner)
            starts_at = timezone.now() + timedelta(days=days)
            SkillSession.objects.filter(pk=session.pk).update(
                starts_at=starts_at, ends_at=starts_at + timedelta(hours=1)
            )
        of_host = f"/ics/{services.open_feed(person=expert).secret}.ics"
        for feed in (address, of_host):
            assert set(read(client.get(feed))) == {"Lately", "Far off"}

    def test_the_queries_do_not_grow_with_the_rows(self, client, learner, address):
        def queries():
            with CaptureQueriesContext(connection) as captured:
                client.get(address)
            return len(captured)

        def seats(number):
            for n in range(number):
                host = make_user(f"Host {number} {n}", handle=f"host-{number}-{n}", role="expert")
                sessions.register(session=make_session(host, starts_in=timedelta(days=3 + n)), person=learner)

        seats(1)
        few = queries()
        seats(8)
        assert queries() == few


class TestAddress:
    def test_whoever_has_it_reads_and_nobody_keeps_or_finds_it(self, client, outsider, address):
        for person in (None, outsider):
            if person:
                client.force_login(person)
            response = client.get(address)
            assert response["Content-Type"] == "text/calendar; charset=utf-8"
            assert response["Cache-Control"] == "private, no-store"
            assert response["X-Robots-Tag"] == "noindex"
            assert not response.cookies

    def test_a_program_that_has_it_as_it_is_gets_nothing_again(self, client, learner, expert, address):
        sessions.register(session=make_session(expert), person=learner)
        first = client.get(address)
        for headers in ({"If-None-Match": first["ETag"]}, {"If-Modified-Since": first["Last-Modified"]}):
            again = client.get(address, headers=headers)
            assert (again.status_code, again.content) == (304, b"")
            assert again["Cache-Control"] == "private, no-store"
        later = timezone.now() + timedelta(minutes=1)
        sessions.register(session=make_session(expert, starts_in=timedelta(days=8)), person=learner, now=later)
        for headers in ({"If-None-Match": first["ETag"]}, {"If-Modified-Since": first["Last-Modified"]}):
            assert client.get(address, headers=headers).status_code == 200

    def test_exchanged_the_old_one_is_nothing_at_once(self, client, learner, address):
        client.force_login(learner)
        assert client.post(f"{PAGE}address/", {"act": "change"}).status_code == 303
        assert client.get(address).status_code == 404
        [feed] = CalendarFeed.objects.all()
        assert client.get(f"/ics/{feed.secret}.ics").status_code == 200
        assert client.post(f"{PAGE}address/", {"act": "close"}).status_code == 303
        assert client.get(f"/ics/{feed.secret}.ics").status_code == 404

    def test_it_is_128_random_bits(self, learner, outsider):
        secrets = {services.open_feed(person=person).secret for person in (learner, outsider, learner)}
        assert len(secrets) == 3
        assert all(len(secret) == 22 for secret in secrets)

    def test_who_has_left_has_none(self, client, learner, address):
        type(learner).objects.filter(pk=learner.pk).update(is_active=False)
        assert client.get(address).status_code == 404

    def test_no_line_of_the_log_holds_it(self, client, learner, address, caplog):
        caplog.set_level("INFO")
        client.get(address)
        client.get(f"{address}?x=1")
        client.post(address)
        client.force_login(learner)
        client.post(f"{PAGE}address/")
        client.get(address)
        lines = "\n".join(logs.JsonFormatter().format(record) for record in caplog.records)
        assert "/ics/<str:secret>.ics" in lines
        assert '"status": 404' in lines
        secret = address.removeprefix("/ics/").removesuffix(".ics")
        for hidden in (secret, CalendarFeed.objects.get().secret):
            assert hidden not in lines

    def test_it_is_in_no_export_and_erased_with_its_owner(self, learner, address):
        said = str(export_all(learner))
        assert address.removeprefix("/ics/").removesuffix(".ics") not in said
        assert isinstance(export_all(learner)["calendar"]["calendar_feed"][0]["made_at"], datetime)
        erase_all(learner)
        assert not CalendarFeed.objects.exists()


class TestPage:
    def test_a_stranger_is_asked_to_log_in(self, client):
        for response in (client.get(PAGE), client.post(f"{PAGE}address/")):
            assert response["Location"].startswith("/account/login/")
        assert not CalendarFeed.objects.exists()

    def test_it_is_made_by_a_press_and_shown_with_its_ways_in(self, client, learner, settings):
        client.force_login(learner)
        assert f'href="{PAGE}"' in client.get("/account/").text
        page = client.get(PAGE)
        assert "There is no address yet" in page.text
        assert not CalendarFeed.objects.exists()
        client.post(f"{PAGE}address/", {"act": "change"})
        page = client.get(PAGE)
        secret = CalendarFeed.objects.get().secret
        assert f'value="{settings.SITE_URL}/ics/{secret}.ics"' in page.text
        assert f'href="webcal://testserver/ics/{secret}.ics"' in page.text
        assert "no-store" in page["Cache-Control"]
