"""Taking a seat, waiting, giving back: on the pages, with and without htmx, as a member and as a stranger."""

import html
import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from core.limits import hit
from features.accounts import services as accounts
from features.moderation.models import Incident
from features.sessions import services
from features.sessions.links import CANCELLATION, WAITLIST, token
from features.sessions.models import Attendance, Registration, SkillSession, WaitlistEntry, WaitlistOffer
from tests.factories import make_session, make_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(scope="module")
def session(expert, skill):
    return make_session(expert, about=[skill])


def seat_url(session):
    return f"{session.get_absolute_url()}registration/"


@pytest.fixture(scope="module")
def full(expert):
    session = make_session(expert, capacity=1, starts_in=timedelta(days=10))
    session.seat = services.register(session=session, person=make_user("Holder"))
    return session


class TestMember:
    def test_takes_a_seat_and_sees_it(self, client, learner, session):
        client.force_login(learner)
        response = client.post(seat_url(session), {"note": "A slow query"}, follow=True)
        assert response.redirect_chain == [(seat_url(session), 303)]
        assert "You have a seat" in response.text
        assert Registration.objects.get().note == "A slow query"

    @pytest.mark.parametrize(("starts_in", "says"), [(timedelta(days=3), True), (timedelta(hours=2), False)])
    def test_until_when_it_is_best_given_back_is_said_while_that_is_to_come(
        self, client, learner, expert, letters, starts_in, says
    ):
        session = make_session(expert, starts_in=starts_in, cancellation_hours=24)
        client.force_login(learner)
        assert ("best before" in client.get(session.get_absolute_url()).text) == says
        services.register(session=session, person=learner)
        (letter,) = letters()
        assert "I cannot make it" in letter.body
        assert ("best before" in letter.body) == says

    def test_with_htmx_the_panel_alone_changes(self, client, learner, session):
        client.force_login(learner)
        response = client.post(seat_url(session), {}, headers=HTMX)
        assert response.status_code == 200
        assert 'id="join"' in response.text
        assert "You have a seat" in response.text
        assert "<html" not in response.text
        assert "hx-swap-oob" in response.text  # the message rides along
        left = session.capacity - 1
        assert f"{left} of {session.capacity} seats left" in response.text  # and the count, for the rest of the page

    def test_extra_fields_change_nothing(self, client, learner, outsider, session):
        client.force_login(learner)
        extra = {
            "person": outsider.pk,
            "price_minor": 0,
            "seats_taken": 0,
            "confirmed_at": "",
            "is_staff": "on",
            "session": 1,
        }
        client.post(seat_url(session), extra)
        assert Registration.objects.get().person == learner

    def test_a_refusal_stands_on_the_page_with_what_was_typed(self, client, learner, full):
        client.force_login(learner)
        response = client.post(seat_url(full), {"note": "Please"})
        assert response.status_code == 422
        assert "You can join the waitlist" in response.text
        assert not Registration.objects.filter(person=learner).exists()

    def test_whoever_is_refused_is_told_how_it_is_now_in_a_form_of_their_own(self, full, learner, outsider):
        clients, said = [Client(enforce_csrf_checks=True) for _ in range(2)], []
        for client, person, note in zip(clients, (learner, outsider), ('My "ORs" & more', ""), strict=True):
            client.force_login(person)
            client.get("/")  # brings the token of forms
            token = client.cookies["csrftoken"].value
            answer = client.post(seat_url(full), {"note": note}, headers=HTMX | {"X-CSRFToken": token})
            assert answer.status_code == 422
            said.append(answer.text)
        assert all("You can join the waitlist" in text and "number 1 in line" in text for text in said)
        assert 'name="note" value="My &quot;ORs&quot; &amp; more"' in said[0]
        assert 'name="note"' not in said[1]
        for client, text in zip(clients, said, strict=True):
            form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text))
            answer = client.post(
                seat_url(full), {n: html.unescape(v) for n, v in form.items()} | {"act": "wait"}, headers=HTMX
            )
            assert answer.status_code == 200
        assert sorted(full.waitlist.values_list("note", flat=True)) == ["", 'My "ORs" & more']
        third = Client()
        third.force_login(make_user("Ada Nwosu"))
        assert "You would be number 3 in line" in third.post(seat_url(full), headers=HTMX).text
        SkillSession.objects.filter(pk=full.pk).update(title="Plans", slug="plans", capacity=1)
        assert f'action="/sessions/{full.pk}/plans/registration/"' in third.post(seat_url(full), headers=HTMX).text

    def test_a_note_that_is_too_long_is_kept_and_blamed_at_its_field(self, client, learner, session):
        client.force_login(learner)
        response = client.post(seat_url(session), {"note": "x" * 501})
        assert response.status_code == 422
        assert "x" * 501 in response.text
        assert not Registration.objects.exists()

    def test_a_double_tap_is_one_seat(self, client, learner, session):
        client.force_login(learner)
        client.post(seat_url(session))
        assert client.post(seat_url(session), follow=True).status_code == 200
        assert Registration.objects.count() == 1

    def test_reading_the_page_changes_nothing(self, client, learner, session):
        client.force_login(learner)
        client.get(seat_url(session))
        client.get(f"{seat_url(session)}cancellation/")
        assert not Registration.objects.exists()


class TestStranger:
    def test_the_public_page_has_a_link_and_no_form_of_its_own(self, client, session):
        response = client.get(session.get_absolute_url())
        assert f'href="{seat_url(session)}"' in response.text
        assert "csrfmiddlewaretoken" not in response.text
        assert not response.cookies
        assert response["Cache-Control"].startswith("public")

    def test_signs_up_in_the_act_and_comes_back_with_what_was_typed(self, client, session, mailed_code):
        response = client.post(
            seat_url(session), {"name": "Nkechi Abara", "email": "nkechi@example.org", "note": "My ORs"}
        )
        assert response.status_code == 302
        response = client.post(response["Location"], {"code": mailed_code()}, follow=True)
        assert response.redirect_chain[-1][0] == seat_url(session)
        assert "My ORs" in response.text
        client.post(seat_url(session), {"note": "My ORs"})
        assert Registration.objects.get().person.email == "nkechi@example.org"

    def test_bad_input_stays_typed_with_its_error_beside_it(self, client, session):
        response = client.post(seat_url(session), {"name": "", "email": "not an address", "note": "My ORs"})
        assert response.status_code == 422
        assert "not an address" in response.text
        assert "My ORs" in response.text

    def test_the_way_to_the_log_in_says_what_for_and_no_other_way_does(self, client, session):
        way = re.search(r'href="(/account/login/[^"]+)"[^>]*>Log in</a></p>', client.get(seat_url(session)).text)[1]
        assert f"Log in to register for “{session.title}”" in client.get(way).text
        assert "Log in to register" not in client.get("/account/login/?next=/mentors/me/").text

    def test_a_known_address_gets_the_same_answer(self, client, session, learner):
        known = client.post(seat_url(session), {"name": "Sofia", "email": learner.email})
        unknown = client.post(seat_url(session), {"name": "Sofia", "email": "new@example.org"})
        assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])

    def test_what_was_typed_is_there_until_it_is_sent(self, client, session, learner):
        client.post(seat_url(session), {"name": "Nkechi", "email": "nkechi@example.org", "note": "My ORs"})
        client.force_login(learner)
        for _ in range(2):
            assert "My ORs" in client.get(seat_url(session)).text
        client.post(seat_url(session), {"note": "My ORs"})
        services.cancel_registration(registration=Registration.objects.get(), by=learner)
        assert "My ORs" not in client.get(seat_url(session)).text

    def test_what_was_typed_outlives_too_many_tries(self, client, session, learner):
        for _ in range(20):
            hit("registration", learner.pk)
        client.force_login(learner)
        assert client.post(seat_url(session), {"note": "My ORs"}).status_code == 429
        assert "My ORs" in client.get(seat_url(session)).text

    def test_who_was_there_is_led_on_when_it_is_over(self, client, session, learner, expert, skill):
        services.register(session=session, person=learner)
        make_session(expert, about=[skill], title="The next one", starts_in=timedelta(days=5))
        client.force_login(learner)
        assert "The next one" not in client.get(session.get_absolute_url()).text
        with time_machine.travel(session.ends_at + timedelta(hours=1)):
            client.force_login(learner)
            assert "The next one" in client.get(session.get_absolute_url()).text


class TestCancelling:
    def test_with_a_suspended_host_leads_to_a_page_that_is_there(self, client, learner, outsider, expert):
        session = make_session(expert, capacity=2)
        seat, other = (services.register(session=session, person=person) for person in (learner, outsider))
        accounts.suspend(person=expert, until=None, page="")
        answer = client.post(f"/seat/{token(seat.public_id, CANCELLATION)}/cancellation/", follow=True)
        assert answer.status_code == 200
        assert "Your seat is given back" in answer.text
        client.force_login(outsider)
        assert client.post(f"{seat_url(session)}cancellation/", follow=True).status_code == 200
        other.refresh_from_db()
        assert other.cancelled_at

    def test_an_unpaid_seat_has_no_calendar_entry_yet(self, client, learner, session):
        seat = services.register(session=session, person=learner)
        client.force_login(learner)
        assert client.get(f"{seat_url(session)}calendar.ics")["Content-Type"].startswith("text/calendar")
        seat.confirmed_at, seat.held_until = None, timezone.now() + timedelta(minutes=20)
        seat.save()
        assert client.get(f"{seat_url(session)}calendar.ics")["Location"] == seat_url(session)

    def test_shows_what_it_means_first(self, client, learner, full):
        client.force_login(full.seat.person)
        services.join_waitlist(session=full, person=learner)
        text = client.get(f"{seat_url(full)}cancellation/").text
        assert "offered to the one person who waits" in text
        assert "costs you nothing" in text

    def test_says_first_what_goes_on_record_and_an_old_tab_puts_nothing_there(self, client, learner, full):
        seat, person = full.seat, full.seat.person
        services.join_waitlist(session=full, person=learner)
        client.force_login(person)
        url = f"{seat_url(full)}cancellation/"
        assert "on your record" not in client.get(url).text
        with time_machine.travel(full.starts_at - timedelta(hours=2)):
            assert "it stands on your record" in client.get(url).text
        with time_machine.travel(full.starts_at + timedelta(minutes=1)):
            assert "staying away stands on your record" in client.get(url).text
        assert services.cancel_registration(registration=seat, by=person)
        with time_machine.travel(full.starts_at - timedelta(hours=2)):
            assert not services.cancel_registration(registration=seat, by=person)
        assert not Incident.objects.exists()

    def test_of_a_cancelled_session_there_is_nothing_to_give_back(self, client, learner, session):
        seat = services.register(session=session, person=learner)
        services.cancel_session(session=session, by=session.host, reason="Ill")
        url = f"/seat/{token(seat.public_id, CANCELLATION)}/cancellation/"
        text = client.get(url).text
        assert "nothing to give back" in text
        assert "<form" not in text.partition("<main")[2].partition("</main>")[0]
        assert "This session was cancelled." in client.post(url, follow=True).text
        seat.refresh_from_db()
        assert seat.cancelled_at is None
        accounts.close(person=learner, takes_words=False)  # nor does it keep anybody here

    def test_gives_the_seat_back(self, client, learner, session):
        services.register(session=session, person=learner)
        client.force_login(learner)
        url = f"{seat_url(session)}cancellation/"
        pages = [client.post(url) for _tap in range(2)]
        assert [page["Location"] for page in pages] == [session.get_absolute_url()] * 2
        assert client.get(url, follow=True).text.count("Your seat is given back") == 1
        assert not Registration.objects.active().exists()

    def test_is_not_there_for_somebody_without_a_seat(self, client, outsider, learner, session):
        services.register(session=session, person=learner)
        client.force_login(outsider)
        assert client.post(f"{seat_url(session)}cancellation/").status_code == 404
        assert Registration.objects.active().count() == 1

    def test_from_a_letter_without_signing_in(self, client, learner, session):
        seat = services.register(session=session, person=learner)
        url = f"/seat/{token(seat.public_id, CANCELLATION)}/cancellation/"
        assert client.get(url).status_code == 200
        assert Registration.objects.active().count() == 1  # scanners follow links: reading does nothing
        client.post(url)
        assert not Registration.objects.active().exists()

    @pytest.mark.parametrize("bad", ["", "x", "~"])
    def test_a_forged_or_misused_link_is_nothing(self, client, learner, session, bad):
        seat = services.register(session=session, person=learner)
        wrong = token(seat.public_id, WAITLIST)
        assert client.post(f"/seat/{wrong}{bad}/cancellation/").status_code == 404
        assert Registration.objects.active().count() == 1

    def test_links_end(self, client, learner, session):
        seat = services.register(session=session, person=learner)
        with time_machine.travel(timezone.now() - timedelta(days=121)):
            old = token(seat.public_id, CANCELLATION)
        assert client.get(f"/seat/{old}/cancellation/").status_code == 404


class TestWaiting:
    def test_joins_sees_the_position_and_leaves(self, client, learner, full):
        client.force_login(learner)
        text = client.post(seat_url(full), {"act": "wait"}, follow=True).text
        assert "You are number 1 of 1 in line" in text
        asked = client.get(f"{full.get_absolute_url()}waitlist/").text
        assert "You give up place 1 of 1." in asked
        assert "you join the end of it" in asked
        assert WaitlistEntry.objects.filter(left_at=None).exists()
        client.post(f"{full.get_absolute_url()}waitlist/", {"act": "leave"})
        assert not WaitlistEntry.objects.filter(left_at=None).exists()

    def test_an_offer_is_taken_on_the_page(self, client, learner, full):
        services.join_waitlist(session=full, person=learner)
        services.cancel_registration(registration=full.seat, by=full.seat.person)
        client.force_login(learner)
        page = client.get(full.get_absolute_url()).text
        assert "A seat is being kept for you" in page
        assert 'value="decline"' not in page  # one press gives nothing up
        assert "goes to the next in line at once" in client.get(f"{full.get_absolute_url()}waitlist/").text
        client.post(seat_url(full))
        assert Registration.objects.active().get().person == learner

    def test_the_letters_link_takes_no_seat_once_its_person_left_the_line(self, client, learner, full):
        entry = services.join_waitlist(session=full, person=learner)
        services.leave_waitlist(entry=entry)
        services.cancel_registration(registration=full.seat, by=full.seat.person)
        answer = client.post(f"/place/{token(entry.public_id, WAITLIST)}/", {"act": "claim"}, follow=True)
        assert not Registration.objects.active().exists()
        assert "You are not in line any more" in answer.text

    def test_an_offer_is_answered_from_a_letter(self, client, learner, outsider, full):
        entry = services.join_waitlist(session=full, person=learner)
        services.join_waitlist(session=full, person=outsider)
        services.cancel_registration(registration=full.seat, by=full.seat.person)
        url = f"/place/{token(entry.public_id, WAITLIST)}/"
        client.get(url)
        assert WaitlistOffer.objects.get(closed_at=None).entry == entry
        assert 'value="decline"' not in client.get(url).text
        assert 'value="decline"' in client.get(f"{url}?leave").text
        client.post(url, {"act": "decline"})
        assert WaitlistOffer.objects.get(closed_at=None).entry.person == outsider

    def test_a_letters_link_takes_the_seat_for_its_own_person(self, client, learner, full):
        entry = services.join_waitlist(session=full, person=learner)
        services.cancel_registration(registration=full.seat, by=full.seat.person)
        url = f"/place/{token(entry.public_id, WAITLIST)}/"
        text = client.post(url, {"act": "claim"}, follow=True).text
        assert "You have a seat" in text
        assert Registration.objects.active().get().person == learner


class TestJoinPage:
    def test_reading_is_not_being_there_pressing_is(self, client, learner, session):
        seat = services.register(session=session, person=learner)
        url = f"/join/{seat.join_token}/"
        with time_machine.travel(session.starts_at):
            response = client.get(url)
            assert session.room_url not in response.text
            assert not Attendance.objects.exists()
            assert session.room_url in client.post(url, follow=True).text
            assert Attendance.objects.get().source == "join_link"
        assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
        assert response["Referrer-Policy"] == "same-origin"

    def test_a_new_room_needs_no_new_letter(self, client, learner, session):
        seat = services.register(session=session, person=learner)
        SkillSession.objects.filter(pk=session.pk).update(room_url="https://meet.example.org/moved")
        with time_machine.travel(session.starts_at):
            assert "https://meet.example.org/moved" in client.post(f"/join/{seat.join_token}/", follow=True).text

    def test_before_the_time_it_says_when_and_looks_again(self, client, learner, session):
        seat = services.register(session=session, person=learner)
        text = client.get(f"/join/{seat.join_token}/").text
        assert "The room opens" in text
        assert 'http-equiv="refresh"' in text
        assert session.room_url not in text
        assert "data-countdown" not in text  # days ahead nobody counts seconds
        opens = session.starts_at - timedelta(minutes=27)
        learner.time_zone = "Asia/Tokyo"
        learner.save()
        with time_machine.travel(opens, tick=False):
            text = client.get(f"/join/{seat.join_token}/").text
        assert 'data-countdown="720"' in text
        assert "(in 12\xa0minutes)" in text  # without scripts
        assert "Tokyo time." in text  # on the clocks of whom the link is for

    def test_who_is_in_before_there_is_a_room_need_not_load_it_again(self, client, learner, session):
        seat = services.register(session=session, person=learner)
        SkillSession.objects.filter(pk=session.pk).update(room_url="")
        url = f"/join/{seat.join_token}/"
        with time_machine.travel(session.starts_at):
            text = client.post(url, follow=True).text
            assert 'http-equiv="refresh"' in text
            assert 'hx-trigger="every 60s"' in text
            SkillSession.objects.filter(pk=session.pk).update(room_url="https://meet.example.org/there")
            text = client.get(url).text
        assert "https://meet.example.org/there" in text
        assert 'http-equiv="refresh"' not in text

    def test_a_seat_that_was_given_back_opens_nothing(self, client, learner, session):
        seat = services.register(session=session, person=learner)
        services.cancel_registration(registration=seat, by=learner)
        with time_machine.travel(session.starts_at):
            response = client.post(f"/join/{seat.join_token}/")
        assert response.status_code == 409
        assert session.room_url not in response.text
        assert not Attendance.objects.exists()


def test_the_calendar_entry_is_ones_own(client, learner, outsider, session):
    services.register(session=session, person=learner)
    client.force_login(learner)
    response = client.get(f"{seat_url(session)}calendar.ics")
    assert response["Content-Type"].startswith("text/calendar")
    assert b"METHOD:REQUEST" in response.content
    client.force_login(outsider)
    assert client.get(f"{seat_url(session)}calendar.ics").status_code == 404


def test_the_agenda_lists_what_is_mine(client, learner, session, full):
    services.register(session=session, person=learner)
    services.join_waitlist(session=full, person=learner)
    client.force_login(learner)
    text = client.get("/agenda/").text
    assert session.title in text
    assert "Waiting for" in text
