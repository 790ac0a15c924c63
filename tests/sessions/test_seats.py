"""The last seat goes to exactly one person, and a seat that is given back is given back once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from features.payments.models import Order
from features.sessions import services
from features.sessions.models import Registration, SkillSession
from features.sessions.services import seats
from tests.factories import make_session, make_user
from tests.parallel import in_parallel


def taken(session):
    session.refresh_from_db()
    return session.seats_taken


@pytest.mark.django_db
class TestRegister:
    def test_takes_one_seat_and_settles_a_free_order(self, expert, learner):
        session = make_session(expert)
        seat = services.register(session=session, person=learner, note="A slow query")
        assert seat.confirmed_at
        assert seat.held_until is None
        assert seat.note == "A slow query"
        assert taken(session) == 1
        order = Order.objects.get()
        assert order.settled_at
        assert order.lines.get().ref == str(seat.pk)

    def test_the_row_that_all_wait_for_is_held_for_three_statements(self, expert, learner):
        session = make_session(expert)
        with CaptureQueriesContext(connection) as done:
            services.register(session=session, person=learner)
        asked = [query["sql"] for query in done if "SAVEPOINT" not in query["sql"]]
        [taken] = [n for n, sql in enumerate(asked) if sql.startswith('UPDATE "skill_sessions_skillsession"')]
        assert len(asked[taken:]) <= 3

    def test_pressing_twice_gives_the_same_seat(self, expert, learner):
        session = make_session(expert)
        first = services.register(session=session, person=learner)
        assert services.register(session=session, person=learner) == first
        assert taken(session) == 1

    def test_the_refusal_of_a_full_session_names_the_waitlist(self, expert, learner):
        session = make_session(expert, capacity=1)
        services.register(session=session, person=make_user("First"))
        with pytest.raises(services.RegistrationRefused) as refused:
            services.register(session=session, person=learner)
        assert refused.value.verdict.step == "join_waitlist"

    def test_a_refused_registration_leaves_nothing_behind(self, expert, learner):
        session = make_session(expert, capacity=1)
        stale = SkillSession.objects.get(pk=session.pk)
        services.register(session=session, person=make_user("First"))
        with pytest.raises(services.RegistrationRefused) as refused:
            services.register(session=stale, person=learner)  # the page was loaded before the seat went
        assert refused.value.code == "full"
        assert Registration.objects.count() == Order.objects.count() == 1

    @pytest.mark.parametrize(("column", "code"), [("cancelled_at", "cancelled"), ("starts_at", "started")])
    def test_nor_does_one_of_what_was_called_off_or_began_meanwhile(self, expert, learner, column, code):
        session = make_session(expert)
        stale = SkillSession.objects.get(pk=session.pk)
        SkillSession.objects.filter(pk=session.pk).update(**{column: timezone.now()})
        with pytest.raises(services.RegistrationRefused) as refused:
            services.register(session=stale, person=learner)
        assert (refused.value.code, taken(session)) == (code, 0)

    def test_the_database_itself_refuses_one_seat_too_many(self, expert):
        session = make_session(expert, capacity=1, seats_taken=1)
        with pytest.raises(IntegrityError, match="seats_taken_within_capacity"), transaction.atomic():
            SkillSession.objects.filter(pk=session.pk).update(seats_taken=2)

    def test_the_database_itself_refuses_two_seats_for_one_person(self, expert, learner):
        session = make_session(expert)
        services.register(session=session, person=learner)
        with pytest.raises(IntegrityError, match="one_seat_per_person"), transaction.atomic():
            Registration.objects.create(session=session, person=learner, confirmed_at=timezone.now())

    def test_capacity_below_what_is_taken_is_refused_by_the_database(self, expert):
        session = make_session(expert, capacity=5, seats_taken=3)
        with pytest.raises(IntegrityError, match="seats_taken_within_capacity"), transaction.atomic():
            SkillSession.objects.filter(pk=session.pk).update(capacity=2)


@pytest.mark.django_db
class TestCancel:
    def test_frees_the_seat_once(self, expert, learner):
        session = make_session(expert)
        seat = services.register(session=session, person=learner)
        assert services.cancel_registration(registration=seat, by=learner)
        assert not services.cancel_registration(registration=seat, by=learner)
        assert taken(session) == 0

    def test_is_refused_once_the_session_has_started(self, expert, learner):
        session = make_session(expert)
        seat = services.register(session=session, person=learner)
        with pytest.raises(services.RegistrationRefused):
            services.cancel_registration(registration=seat, by=learner, now=session.starts_at)
        assert taken(session) == 1

    def test_somebody_who_gave_it_back_can_come_again(self, expert, learner):
        session = make_session(expert)
        seat = services.register(session=session, person=learner)
        services.cancel_registration(registration=seat, by=learner)
        again = services.register(session=session, person=learner)
        assert again != seat
        assert taken(session) == 1


def hold(session, person, until):
    """A seat held until paid, as a priced session makes it once payments are set up."""
    assert seats.claim_seat(session, person, timezone.now())
    return Registration.objects.create(session=session, person=person, held_until=until)


@pytest.mark.django_db
class TestHolds:
    def test_a_hold_counts_as_taken_and_is_released_when_it_ends(self, expert, learner):
        session = make_session(expert, capacity=1)
        now = timezone.now()
        seat = hold(session, learner, now + seats.HOLD)
        assert taken(session) == 1
        assert services.release_expired_holds(now=now + seats.HOLD - timedelta(seconds=1)) == 0
        assert services.release_expired_holds(now=now + seats.HOLD) == 1
        seat.refresh_from_db()
        assert seat.cancellation_reason == "hold_expired"
        assert taken(session) == 0

    def test_releasing_twice_frees_one_seat(self, expert, learner):
        session = make_session(expert, capacity=2)
        now = timezone.now()
        hold(session, learner, now)
        services.register(session=session, person=make_user("Other"))
        services.release_expired_holds(now=now)
        services.release_expired_holds(now=now)
        assert taken(session) == 1

    def test_a_hold_is_as_long_as_the_shortest_checkout(self):
        assert timedelta(minutes=30) <= seats.HOLD

    def test_a_sweeper_killed_halfway_leaves_the_rest_for_the_next(self, expert, monkeypatch):
        session = make_session(expert, capacity=5)
        now = timezone.now()
        for n in range(3):
            hold(session, make_user(f"Person {n}"), now)
        real, calls = seats.give_back, []

        def dies_at_the_second(*args):
            calls.append(args)
            if len(calls) == 2:
                raise KeyboardInterrupt  # what a kill looks like from inside: nothing catches it
            return real(*args)

        monkeypatch.setattr(seats, "give_back", dies_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            services.release_expired_holds(now=now)
        monkeypatch.undo()
        assert services.release_expired_holds(now=now) >= 1
        assert taken(session) == 0

    def test_the_nightly_recount_mends_a_counter_that_is_off(self, expert, learner):
        session = make_session(expert)
        services.register(session=session, person=learner)
        SkillSession.objects.filter(pk=session.pk).update(seats_taken=4)
        assert services.recount_seats() == 1
        assert taken(session) == 1
        assert services.recount_seats() == 0


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_many_at_once_get_exactly_the_seats_there_are(self, expert):
        session = make_session(expert, capacity=5)
        people = [make_user(f"Person {n}") for n in range(30)]
        results = in_parallel(
            [lambda p=p: services.register(session=SkillSession.objects.get(pk=session.pk), person=p) for p in people]
        )
        assert sum(isinstance(r, Registration) for r in results) == 5
        assert sum(isinstance(r, services.RegistrationRefused) and r.code == "full" for r in results) == 25
        assert taken(session) == session.registrations.active().count() == 5

    def test_the_same_test_catches_a_claim_that_reads_before_it_writes(self, expert, monkeypatch):
        """The negative control: if a naive claim did not oversell here, the test above would prove nothing."""
        session = make_session(expert, capacity=5)
        people = [make_user(f"Person {n}") for n in range(30)]
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE skill_sessions_skillsession DROP CONSTRAINT seats_taken_within_capacity")

        def naive(session, person, now, ticket=None):
            fresh = SkillSession.objects.get(pk=session.pk)
            if fresh.seats_taken >= fresh.capacity:
                return False
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.02)")
            SkillSession.objects.filter(pk=session.pk).update(seats_taken=fresh.seats_taken + 1)
            return True

        monkeypatch.setattr(seats, "claim_seat", naive)
        try:
            in_parallel(
                [
                    lambda p=p: services.register(session=SkillSession.objects.get(pk=session.pk), person=p)
                    for p in people
                ]
            )
            assert session.registrations.active().count() > 5
        finally:
            with connection.cursor() as cursor:
                cursor.execute(
                    "ALTER TABLE skill_sessions_skillsession ADD CONSTRAINT seats_taken_within_capacity"
                    " CHECK (seats_taken <= capacity)"
                )

    def test_fifty_presses_of_one_person_give_one_seat(self, expert, learner):
        session = make_session(expert, capacity=60)
        results = in_parallel(
            [lambda: services.register(session=SkillSession.objects.get(pk=session.pk), person=learner)] * 50
        )
        assert len({r.pk for r in results}) == 1
        assert taken(session) == 1

    def test_cancelling_from_many_tabs_frees_one_seat(self, expert, learner):
        session = make_session(expert)
        seat = services.register(session=session, person=learner)
        services.register(session=session, person=make_user("Other"))
        results = in_parallel([lambda: services.cancel_registration(registration=seat, by=learner)] * 10)
        assert results.count(True) == 1
        assert taken(session) == 1

    @pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
    def test_no_invariant_is_lost_at_stricter_isolation(self, expert, level):
        session = make_session(expert, capacity=3)
        people = [make_user(f"Person {n}") for n in range(12)]

        def one(person):
            with connection.cursor() as cursor:
                cursor.execute(f"SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL {level}")
            return services.register(session=SkillSession.objects.get(pk=session.pk), person=person)

        results = in_parallel([lambda p=p: one(p) for p in people])
        unexpected = [r for r in results if not isinstance(r, Registration | services.RegistrationRefused)]
        assert unexpected == []
        assert taken(session) == session.registrations.active().count() == 3
