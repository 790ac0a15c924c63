"""Kinds of ticket: places of a kind and seats of the session are counted together, and each kind has its line."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from features.payments.models import OrderLine
from features.sessions import services
from features.sessions.joining import can_join
from features.sessions.models import Registration, SkillSession, TicketKind, WaitlistOffer
from features.sessions.services import HostingRefused, RegistrationRefused, seats
from features.sessions.services.waitlist import position
from tests.factories import make_session, make_user, with_tickets
from tests.parallel import in_parallel


@pytest.fixture(scope="module")
def hybrid(expert):
    """Ten seats: one place in the room, any number online."""
    session = make_session(expert, capacity=10, address="12 Mill Lane, Lagos")
    return with_tickets(
        session,
        {"name": "Online", "instructions": "Camera on, please."},
        {"name": "In person", "format": "in_person", "capacity": 1, "instructions": "Ring at the blue door."},
    )


def kind(session, name):
    return TicketKind.objects.get(session=session, name=name)


def counts(session):
    """(seats of the session, {kind: places}), after the nightly recount found nothing to mend."""
    assert services.recount_seats() == 0
    session.refresh_from_db()
    return session.seats_taken, dict(session.tickets.values_list("name", "seats_taken"))


def take(session, person, name, **more):
    return services.register(session=session, person=person, ticket=kind(session, name), **more)


def code(session, person, name=None):
    fresh = SkillSession.objects.get(pk=session.pk)
    return can_join(fresh, person, timezone.now(), name and kind(session, name)).code


@pytest.mark.django_db
class TestSeats:
    def test_a_seat_of_a_kind_is_a_place_of_it_and_a_seat_of_the_session_and_both_go_back_once(self, hybrid, learner):
        seat = take(hybrid, learner, "In person")
        assert counts(hybrid) == (1, {"Online": 0, "In person": 1})
        assert OrderLine.objects.get().title == f"{hybrid.title}: In person"
        assert services.cancel_registration(registration=seat, by=learner)
        assert not services.cancel_registration(registration=seat, by=learner)
        assert counts(hybrid) == (0, {"Online": 0, "In person": 0})

    def test_a_kind_that_is_full_leaves_the_other_open(self, hybrid, learner):
        take(hybrid, make_user("First"), "In person")
        assert code(hybrid, learner, "In person") == "full"
        assert code(hybrid, learner) == code(hybrid, learner, "Online") == "open"
        with pytest.raises(RegistrationRefused, match="full"):
            take(hybrid, learner, "In person")
        assert counts(hybrid) == (1, {"Online": 0, "In person": 1})

    def test_what_was_free_when_the_page_was_read_gives_no_seat_of_the_session_away(self, hybrid, learner, monkeypatch):
        stale = SkillSession.objects.get(pk=hybrid.pk)
        ticket = kind(hybrid, "In person")
        take(hybrid, make_user("First"), "In person")
        with pytest.raises(RegistrationRefused, match="full"):
            services.register(session=stale, person=learner, ticket=ticket)
        assert counts(hybrid) == (1, {"Online": 0, "In person": 1})

    def test_the_kinds_together_never_have_more_than_the_session(self, expert, learner):
        session = with_tickets(make_session(expert, capacity=1), {"name": "A"}, {"name": "B", "capacity": 1})
        take(session, make_user("First"), "A")
        assert code(session, learner, "B") == code(session, learner) == "full"

    def test_without_a_kind_there_is_no_seat_where_there_are_kinds(self, hybrid, learner):
        with pytest.raises(RegistrationRefused, match="choose_ticket"):
            services.register(session=hybrid, person=learner)
        plain = SkillSession.objects.get(pk=hybrid.pk)
        plain.top_price_minor = None  # as it was read before its host made kinds
        with pytest.raises(RegistrationRefused):
            services.register(session=plain, person=learner)
        assert counts(hybrid) == (0, {"Online": 0, "In person": 0})

    def test_the_database_refuses_one_place_too_many_and_a_ticket_of_another_session(self, hybrid, expert, learner):
        with pytest.raises(IntegrityError, match="places_taken_within_the_kind"), transaction.atomic():
            TicketKind.objects.filter(name="In person").update(seats_taken=2)
        other, now = make_session(expert, starts_in=timedelta(days=9)), timezone.now()
        Registration.objects.create(session=other, person=learner, ticket=kind(hybrid, "Online"), confirmed_at=now)
        with pytest.raises(IntegrityError, match="seat_and_ticket_of_one_session"), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def test_the_nightly_recount_finds_a_kind_whose_count_is_wrong(self, hybrid, learner):
        take(hybrid, learner, "Online")
        TicketKind.objects.filter(name="Online").update(seats_taken=3)
        assert services.recount_seats() == 1
        assert counts(hybrid) == (1, {"Online": 1, "In person": 0})

    def test_a_hold_that_ends_gives_its_place_back(self, hybrid, learner):
        now, ticket = timezone.now(), kind(hybrid, "In person")
        assert seats.claim_seat(hybrid, learner, now, ticket)
        Registration.objects.create(session=hybrid, person=learner, ticket=ticket, held_until=now)
        assert services.release_expired_holds(now=now) == 1
        assert services.release_expired_holds(now=now) == 0
        assert counts(hybrid) == (0, {"Online": 0, "In person": 0})


@pytest.mark.django_db(transaction=True)
def test_the_last_place_of_a_kind_goes_to_one_of_many(expert):
    session = with_tickets(
        make_session(expert, capacity=6), {"name": "Room", "capacity": 2, "format": "in_person"}, {"name": "Screen"}
    )
    room, screen = kind(session, "Room"), kind(session, "Screen")
    people = [make_user(f"Person {n}") for n in range(12)]
    calls = [
        lambda p=p, t=t: services.register(session=SkillSession.objects.get(pk=session.pk), person=p, ticket=t)
        for p, t in zip(people, [room, room, screen] * 4, strict=True)
    ]
    results = in_parallel(calls)
    won = [seat.ticket.name for seat in results if isinstance(seat, Registration)]
    assert won.count("Room") == 2
    assert won.count("Screen") == 4
    assert {type(result) for result in results} == {Registration, RegistrationRefused}
    assert counts(session) == (6, {"Room": 2, "Screen": 4})


@pytest.mark.django_db
class TestLines:
    def test_each_kind_has_a_line_and_a_place_goes_to_the_next_of_its_kind(self, hybrid, learner, outsider):
        holder, third = make_user("Holder"), make_user("Third")
        seat = take(hybrid, holder, "In person")
        entries = [
            services.join_waitlist(session=hybrid, person=person, ticket=kind(hybrid, "In person"))
            for person in (learner, outsider)
        ]
        assert [position(entry) for entry in entries] == [1, 2]
        with pytest.raises(RegistrationRefused, match="open"):
            services.join_waitlist(session=hybrid, person=third, ticket=kind(hybrid, "Online"))
        services.cancel_registration(registration=seat, by=holder)
        assert WaitlistOffer.objects.get().entry == entries[0]
        assert code(hybrid, learner) == code(hybrid, learner, "In person") == "offered"
        assert counts(hybrid) == (1, {"Online": 0, "In person": 1})
        mine = services.register(session=hybrid, person=learner)  # the kind is the one they waited for
        assert mine.ticket.name == "In person"
        assert counts(hybrid) == (1, {"Online": 0, "In person": 1})
        services.cancel_registration(registration=mine, by=learner)
        services.decline_offer(entry=entries[1])
        assert counts(hybrid) == (0, {"Online": 0, "In person": 0})

    def test_of_a_full_session_whoever_waits_longest_and_has_room_in_their_kind_is_next(self, expert):
        session = with_tickets(make_session(expert, capacity=2), {"name": "A"}, {"name": "B", "capacity": 1})
        one, two, early, middle, late = (make_user(f"Person {n}") for n in range(5))
        seat = take(session, one, "A")
        take(session, two, "B")
        for person, name in ((early, "B"), (middle, "A"), (late, "A")):
            services.join_waitlist(session=session, person=person, ticket=kind(session, name))
        services.cancel_registration(registration=seat, by=one)
        assert WaitlistOffer.objects.get().entry.person == middle  # B is full, whoever waits for it
        assert counts(session) == (2, {"A": 1, "B": 1})

    def test_a_seat_of_one_kind_may_go_to_whoever_waits_for_another(self, expert):
        session = with_tickets(make_session(expert, capacity=1), {"name": "A"}, {"name": "B"})
        one, early, late = (make_user(f"Person {n}") for n in range(3))
        seat = take(session, one, "A")
        for person, name in ((early, "B"), (late, "A")):
            services.join_waitlist(session=session, person=person, ticket=kind(session, name))
        services.cancel_registration(registration=seat, by=one)
        assert WaitlistOffer.objects.get().entry.person == early
        assert counts(session) == (1, {"A": 0, "B": 1})

    def test_whoever_takes_another_kind_leaves_the_line_and_what_was_kept_moves_on(self, hybrid, learner, outsider):
        holder = make_user("Holder")
        seat = take(hybrid, holder, "In person")
        for person in (learner, outsider):
            services.join_waitlist(session=hybrid, person=person, ticket=kind(hybrid, "In person"))
        services.cancel_registration(registration=seat, by=holder)
        take(hybrid, learner, "Online")
        assert WaitlistOffer.objects.get(closed_at=None).entry.person == outsider
        assert counts(hybrid) == (2, {"Online": 1, "In person": 1})

    def test_one_line_at_a_time_and_a_kind_has_to_be_named(self, expert, learner):
        session = with_tickets(make_session(expert, capacity=1), {"name": "A"}, {"name": "B"})
        take(session, make_user("First"), "A")
        with pytest.raises(RegistrationRefused, match="choose_ticket"):
            services.join_waitlist(session=session, person=learner)
        entry = services.join_waitlist(session=session, person=learner, ticket=kind(session, "A"))
        assert services.join_waitlist(session=session, person=learner, ticket=kind(session, "A")) == entry
        with pytest.raises(RegistrationRefused, match="waits_for_another"):
            services.join_waitlist(session=session, person=learner, ticket=kind(session, "B"))

    def test_in_the_last_two_hours_only_those_are_told_whose_kind_has_room(self, expert, letters, learner, outsider):
        session = make_session(expert, capacity=2, starts_in=timedelta(hours=1))
        with_tickets(session, {"name": "A", "capacity": 1}, {"name": "B", "capacity": 1})
        one, two = make_user("One"), make_user("Two")
        seat = take(session, one, "A")
        take(session, two, "B")
        for person, name in ((learner, "A"), (outsider, "B")):
            services.join_waitlist(session=session, person=person, ticket=kind(session, name))
        letters()
        services.cancel_registration(registration=seat, by=one)
        told = {letter.to[0] for letter in letters() if letter.subject.startswith("A seat is free now")}
        assert told == {learner.email}


@pytest.mark.django_db
class TestHosting:
    def save(self, session, *rows):
        return with_tickets(session, *rows)

    def test_a_kind_that_somebody_has_is_closed_and_not_removed(self, hybrid, learner):
        take(hybrid, learner, "Online")
        online, room = hybrid.tickets.all()
        with pytest.raises(HostingRefused, match="ticket_has_holders"):
            self.save(hybrid, {"pk": room.pk, "name": "In person"})
        self.save(hybrid, {"pk": online.pk, "name": "Online", "is_open": False}, {"pk": room.pk, "name": "In person"})
        assert code(hybrid, make_user("Other"), "Online") == "closed"
        assert code(hybrid, make_user("Another")) == "open"
        self.save(hybrid, {"pk": online.pk, "name": "Online"})  # the other one, which nobody ever had, goes
        assert [str(ticket) for ticket in hybrid.tickets.all()] == ["Online"]

    def test_no_fewer_places_than_are_taken_and_no_more_than_the_session_has(self, hybrid, learner):
        take(hybrid, learner, "Online")
        take(hybrid, make_user("Second"), "Online")
        online = kind(hybrid, "Online")
        for capacity, why in ((1, "seats_taken"), (11, "more_than_seats")):
            with pytest.raises(HostingRefused, match=why) as refused:
                self.save(hybrid, {"pk": online.pk, "name": "Online", "capacity": capacity})
            assert (refused.value.row, refused.value.field) == (0, "capacity")

    def test_kinds_are_made_before_anybody_has_a_seat(self, expert, learner):
        session = make_session(expert)
        services.register(session=session, person=learner)
        session.refresh_from_db()
        with pytest.raises(HostingRefused, match="seats_without_ticket"):
            self.save(session, {"name": "Online"})

    def test_the_line_of_a_closed_kind_stands_still_until_it_is_opened_again(self, hybrid, learner):
        holder = make_user("Holder")
        seat = take(hybrid, holder, "In person")
        services.join_waitlist(session=hybrid, person=learner, ticket=kind(hybrid, "In person"))
        online, room = hybrid.tickets.all()
        rows = [{"pk": online.pk, "name": "Online"}, {"pk": room.pk, "name": "In person", "capacity": 1}]
        self.save(hybrid, rows[0], rows[1] | {"is_open": False})
        services.cancel_registration(registration=seat, by=holder)
        assert not WaitlistOffer.objects.exists()
        assert code(hybrid, learner, "In person") == "waiting"
        self.save(hybrid, *rows)
        assert WaitlistOffer.objects.get().entry.person == learner

    def test_a_copy_has_the_same_kinds_all_open_and_empty(self, hybrid, expert, learner):
        take(hybrid, learner, "In person")
        copy = services.duplicate(session=hybrid, by=expert)
        rows = copy.tickets.values_list("name", "format", "capacity", "instructions", "seats_taken")
        assert list(rows) == [
            ("Online", "online", None, "Camera on, please.", 0),
            ("In person", "in_person", 1, "Ring at the blue door.", 0),
        ]
        assert copy.has_kinds
        assert copy.is_hybrid

    def test_lists_read_the_price_from_the_session(self, expert):
        shown = {(0, 0): "Free", (0, 4500): "Free and paid", (1500, 4500): "from €15", (900,): "€9"}
        for prices, words in shown.items():
            fresh = make_session(expert, published=False)
            with_tickets(fresh, *({"name": f"{n}", "price_minor": price} for n, price in enumerate(prices)))
            fresh.refresh_from_db()
            assert str(fresh.price_words) == words
