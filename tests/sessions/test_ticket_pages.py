"""Kinds of ticket on the pages: written by the host, chosen by whoever comes, told to whoever holds one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from features.sessions import emails, services
from features.sessions.models import KeptForm, Registration, SkillSession, TicketKind, WaitlistEntry
from tests.factories import make_session, make_user, with_tickets
from tests.sessions.test_host_pages import typed

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
CAMERA, DOOR = "Camera on from the start.", "Ring at the blue door."


@pytest.fixture(scope="module")
def hybrid(expert, skill):
    session = make_session(expert, about=[skill], capacity=10, address="12 Mill Lane, Lagos")
    return with_tickets(
        session,
        {"name": "Online", "instructions": CAMERA},
        {"name": "In person", "format": "in_person", "capacity": 1, "instructions": DOOR},
    )


def kind(session, name):
    return TicketKind.objects.get(session=session, name=name)


def seat_url(session):
    return f"{session.get_absolute_url()}registration/"


def rows(*kinds, **changes):
    """The form of a session with these rows of tickets."""
    said = {"tickets-TOTAL_FORMS": str(len(kinds)), "tickets-INITIAL_FORMS": "0", "address": "12 Mill Lane"}
    for n, row in enumerate(kinds):
        said |= {f"tickets-{n}-{name}": value for name, value in ({"format": "online"} | row).items()}
    return typed(**said, **changes)


class TestHost:
    def test_writes_kinds_and_changes_them(self, client, expert, skill):
        client.force_login(expert)
        client.post(
            "/sessions/new/", rows({"name": "Online"}, {"name": "Room", "format": "in_person", "capacity": "4"})
        )
        session = SkillSession.objects.get()
        assert session.is_hybrid
        online, room = session.tickets.all()
        page = f"{session.get_absolute_url()}edit/"
        assert 'value="Room"' in client.get(page).text
        client.post(
            page, rows({"pk": room.pk, "name": "At the wall", "capacity": "5"}, {"pk": online.pk, "remove": "on"})
        )
        assert list(session.tickets.values_list("pk", "name", "capacity")) == [(room.pk, "At the wall", 5)]

    def test_one_row_more_keeps_all_that_was_typed_and_blames_nothing(self, client, expert, skill):
        client.force_login(expert)
        page = client.post("/sessions/new/", rows({"name": "Online"}, title="Half a tit", date="", more="ticket"))
        assert page.status_code == 200
        assert 'value="Half a tit"' in page.text
        assert 'name="tickets-0-name" value="Online"' in page.text
        assert 'name="tickets-1-name"' in page.text
        assert "aria-invalid" not in page.text
        assert not SkillSession.objects.exists()

    def test_an_empty_row_is_no_kind_and_no_kinds_is_as_ever(self, client, expert, skill):
        client.force_login(expert)
        client.post("/sessions/new/", rows({"name": ""}, {"name": ""}))
        assert not SkillSession.objects.get().has_kinds
        assert client.get("/sessions/new/").text.count("tickets-0-") == 0

    @pytest.mark.parametrize(
        ("kinds", "row", "field"),
        [
            ([{"name": "", "capacity": "3"}], 0, "name"),
            ([{"name": "One"}, {"name": "one"}], 1, "name"),
            ([{"name": "Many", "capacity": "13"}], 0, "capacity"),
            ([{"name": "None", "capacity": "0"}], 0, "capacity"),
            ([{"name": "Room", "format": "in_person"}], 0, "format"),
        ],
    )
    def test_what_is_wrong_is_said_beside_its_field(self, client, expert, skill, kinds, row, field):
        client.force_login(expert)
        response = client.post("/sessions/new/", rows(*kinds) | {"address": "", "outcome": "What I typed"})
        assert response.status_code == 422
        assert field in response.context["form"].tickets.forms[row].errors
        assert "What I typed" in response.text
        assert not SkillSession.objects.exists()

    def test_what_the_service_refuses_is_said_beside_its_field_too(self, client, expert, hybrid):
        for n in range(2):
            services.register(session=hybrid, person=make_user(f"P {n}"), ticket=kind(hybrid, "Online"))
        client.force_login(expert)
        online, room = hybrid.tickets.all()
        said = rows(
            {"pk": room.pk, "name": "Room"}, {"pk": online.pk, "name": "Online", "capacity": "1"}, capacity="10"
        )
        response = client.post(f"{hybrid.get_absolute_url()}edit/", said)
        assert response.status_code == 422
        assert "2 of these are taken or kept" in str(response.context["form"].tickets.forms[1].errors["capacity"])
        said = rows({"pk": room.pk, "name": "Room"}, capacity="10")
        assert "It can be closed, not removed." in client.post(f"{hybrid.get_absolute_url()}edit/", said).text
        assert hybrid.tickets.count() == 2

    def test_what_is_typed_is_kept(self, client, expert, skill):
        client.force_login(expert)
        client.post("/sessions/kept/new/", rows({"name": "Onl"}), headers=HTMX)
        assert KeptForm.objects.exists()
        assert 'name="tickets-0-name" value="Onl"' in client.get("/sessions/new/").text

    def test_without_payments_there_is_no_price_and_with_them_each_kind_has_one(self, client, expert, skill, settings):
        client.force_login(expert)
        assert "tickets-0-price" not in client.post("/sessions/new/", rows(more="ticket")).text
        settings.STRIPE_SECRET_KEY = "sk_test_x"
        assert "tickets-0-price" in client.post("/sessions/new/", rows(more="ticket")).text
        low = rows({"name": "A", "price": "0.50"}, {"name": "B", "price": "12.50"}, refund_preset="full")
        assert "A price is at least €1.00" in client.post("/sessions/new/", low).text
        client.post("/sessions/new/", low | {"tickets-0-price": "5"})
        session = SkillSession.objects.get()
        assert (session.price_minor, session.top_price_minor) == (500, 1250)


class TestGuest:
    def test_chooses_a_ticket_and_reads_what_only_its_holders_read(self, client, learner, hybrid):
        client.force_login(learner)
        page = client.get(hybrid.get_absolute_url()).text
        assert "In person · 1 of 1 left" in page
        assert CAMERA not in page
        answer = client.post(seat_url(hybrid), {"ticket": kind(hybrid, "In person").pk, "note": ""}, follow=True)
        assert "You have a seat" in answer.text
        assert DOOR in answer.text
        assert CAMERA not in answer.text
        assert "Your join page" not in answer.text
        assert Registration.objects.get().ticket.name == "In person"

    @pytest.mark.parametrize("headers", [{}, HTMX])
    def test_without_a_choice_it_is_asked_for_beside_the_choice_and_what_was_typed_stays(
        self, client, learner, hybrid, headers
    ):
        client.force_login(learner)
        response = client.post(seat_url(hybrid), {"note": "I bring cake"}, headers=headers)
        assert response.status_code == 422
        assert "Choose a ticket." in str(response.context["form"].errors["ticket"])
        assert "I bring cake" in response.text
        assert not Registration.objects.exists()

    def test_pressing_twice_and_choosing_another_the_second_time_is_one_seat(self, client, learner, hybrid):
        client.force_login(learner)
        for ticket in hybrid.tickets.all():
            client.post(seat_url(hybrid), {"ticket": ticket.pk})
        assert Registration.objects.get().ticket.name == "Online"

    @pytest.mark.parametrize("ticket", ["0", "x", "99999999999999999999"])
    def test_a_ticket_of_nobody_is_refused(self, client, learner, hybrid, ticket):
        client.force_login(learner)
        assert client.post(seat_url(hybrid), {"ticket": ticket}).status_code == 422
        assert not Registration.objects.exists()

    def test_waits_for_one_kind_and_may_take_another(self, client, learner, hybrid):
        services.register(session=hybrid, person=make_user("First"), ticket=kind(hybrid, "In person"))
        client.force_login(learner)
        assert "Join the waitlist" in client.get(hybrid.get_absolute_url()).text
        refused = client.post(seat_url(hybrid), {"ticket": kind(hybrid, "In person").pk})
        assert refused.status_code == 422
        assert "All seats are taken. You can join the waitlist." in refused.text
        page = client.post(seat_url(hybrid), {"ticket": kind(hybrid, "In person").pk, "act": "wait"}, follow=True).text
        assert "You are number 1 of 1 in line" in page
        assert "Or take another ticket" in page
        client.post(seat_url(hybrid), {"ticket": kind(hybrid, "Online").pk})
        assert Registration.objects.get(person=learner).ticket.name == "Online"
        assert WaitlistEntry.objects.get().closed_reason == "registered"

    def test_when_all_is_full_each_kind_has_its_own_button(self, client, learner, expert):
        session = with_tickets(make_session(expert, capacity=1), {"name": "A"}, {"name": "B"})
        services.register(session=session, person=make_user("First"), ticket=kind(session, "A"))
        client.force_login(learner)
        page = client.get(session.get_absolute_url()).text
        assert page.count('name="act" value="wait"') == 2
        assert "Each kind of ticket has a line of its own." in page

    def test_a_stranger_chooses_first_and_finds_the_choice_again(self, client, hybrid, mailed_code):
        assert "In person · 1 of 1 left" in client.get(hybrid.get_absolute_url()).text
        room = kind(hybrid, "In person").pk
        said = {"ticket": room, "note": "I bring cake", "email": "new@example.org", "name": "Nia New", "terms": "on"}
        entrance = client.post(seat_url(hybrid), said)["Location"]
        page = client.post(entrance, {"code": mailed_code()}, follow=True)
        assert "I bring cake" in page.text
        assert page.context["form"]["ticket"].value() == str(room)

    def test_letter_calendar_and_join_page_are_of_the_ticket(self, client, learner, outsider, hybrid, letters):
        room = services.register(session=hybrid, person=learner, ticket=kind(hybrid, "In person"))
        screen = services.register(session=hybrid, person=outsider, ticket=kind(hybrid, "Online"))
        told = {letter.to[0]: letter.body for letter in letters()}
        assert DOOR in told[learner.email]
        assert "12 Mill Lane" in told[learner.email]
        assert "/join/" not in told[learner.email]
        assert CAMERA in told[outsider.email]
        assert "/join/" in told[outsider.email]
        assert "Mill Lane" not in told[outsider.email]
        entry = {seat: emails.calendar_entry(seat).decode().replace("\r\n ", "") for seat in (room, screen)}
        assert "LOCATION:12 Mill Lane\\, Lagos" in entry[room]
        assert DOOR in entry[room]
        assert "/join/" in entry[screen]
        assert CAMERA in entry[screen]
        assert hybrid.room_url not in client.get(f"/join/{room.join_token}/").text

    def test_a_hold_that_is_not_paid_reads_nothing_yet(self, learner, hybrid):
        seat = services.register(session=hybrid, person=learner, ticket=kind(hybrid, "In person"))
        seat.confirmed_at = None
        assert not seat.instructions
        assert DOOR not in emails.calendar_entry(seat).decode()

    def test_whoever_holds_a_ticket_is_told_when_it_is_for_another_place(self, learner, hybrid, letters):
        services.register(session=hybrid, person=learner, ticket=kind(hybrid, "Online"))
        letters()
        online, room = hybrid.tickets.all()
        with_tickets(hybrid, {"pk": online.pk, "name": "Online", "format": "in_person"}, {"pk": room.pk, "name": "R"})
        assert [letter.subject.partition(":")[0] for letter in letters()] == ["Changed"]


class TestLists:
    def test_say_the_range_of_prices_and_the_seats_that_can_be_had(self, client, hybrid):
        TicketKind.objects.filter(name="Online").update(capacity=3)
        page = client.get("/sessions/").text
        assert "4 of 10 left" in page
        assert "12 Mill Lane, Lagos, and online" in page

    def test_filters_find_a_session_by_each_of_its_prices_and_formats(self, client, expert, hybrid):
        online, room = hybrid.tickets.all()
        with_tickets(
            hybrid,
            {"pk": online.pk, "name": "Online"},
            {"pk": room.pk, "name": "Room", "format": "in_person", "price_minor": 900},
        )
        for query in ("price=free", "price=paid", "format=online", "format=in_person"):
            assert hybrid.title in client.get(f"/sessions/?{query}").text
        assert "Free and paid" in client.get("/sessions/").text

    def test_kinds_cost_one_query_for_all_and_none_where_there_are_none(self, client, expert, hybrid):
        def queries():
            with CaptureQueriesContext(connection) as asked:
                client.get("/sessions/")
            return [query["sql"] for query in asked]

        with_kinds = queries()
        for n in range(3):
            another = make_session(expert, title=f"Another {n}", starts_in=hybrid.ends_at - hybrid.starts_at)
            SkillSession.objects.filter(pk=another.pk).update(top_price_minor=0)
            TicketKind.objects.create(session=another, name="A", format="online")
        assert len(queries()) == len(with_kinds)
        TicketKind.objects.all().delete()
        SkillSession.objects.update(top_price_minor=None)
        assert not [sql for sql in queries() if "ticketkind" in sql]
