"""A freed seat is kept for the next in line, order is by time joined, and nobody is promoted twice."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from core.limits import LIMITS, RateLimited, hit
from features.accounts import services as accounts
from features.notifications.models import Notification
from features.sessions import services
from features.sessions.joining import CUTOFF, can_join
from features.sessions.models import SkillSession, WaitlistEntry, WaitlistOffer
from features.sessions.services.waitlist import LONGEST_OFFER, offer_length, position
from tests.factories import make_session, make_user
from tests.parallel import in_parallel


@pytest.fixture(scope="module")
def full(expert):
    """A session with one seat, taken by somebody."""
    session = make_session(expert, capacity=1, starts_in=timedelta(days=10))
    session.seat = services.register(session=session, person=make_user("Holder"))
    return session


def fresh(session):
    return SkillSession.objects.get(pk=session.pk)


def give_back(session, now=None):
    services.cancel_registration(registration=session.seat, by=session.seat.person, now=now)


def told(person, kind):
    return Notification.objects.filter(recipient=person, kind=kind).count()


@pytest.mark.django_db
class TestLine:
    def test_a_freed_seat_is_kept_for_the_first_and_counts_as_taken(self, full, learner, outsider):
        services.join_waitlist(session=full, person=learner)
        services.join_waitlist(session=full, person=outsider)
        give_back(full)
        offer = WaitlistOffer.objects.get()
        assert offer.entry.person == learner
        assert fresh(full).seats_taken == 1
        assert told(learner, "seat_offered") == 1
        assert can_join(fresh(full), learner, timezone.now()).code == "offered"
        assert can_join(fresh(full), outsider, timezone.now()).code == "waiting"

    def test_nobody_else_can_take_the_seat_that_is_kept(self, full, learner, outsider):
        services.join_waitlist(session=full, person=learner)
        give_back(full)
        with pytest.raises(services.RegistrationRefused):
            services.register(session=fresh(full), person=outsider)

    def test_taking_the_offer_changes_nothing_in_the_count(self, full, learner):
        services.join_waitlist(session=full, person=learner)
        give_back(full)
        assert services.register(session=fresh(full), person=learner).confirmed_at
        assert fresh(full).seats_taken == 1
        assert WaitlistOffer.objects.get().outcome == "claimed"
        assert not WaitlistEntry.objects.filter(left_at=None).exists()

    def test_declining_moves_the_seat_to_the_next_at_once(self, full, learner, outsider):
        entry = services.join_waitlist(session=full, person=learner)
        services.join_waitlist(session=full, person=outsider)
        give_back(full)
        services.decline_offer(entry=entry)
        assert can_join(fresh(full), outsider, timezone.now()).code == "offered"
        assert can_join(fresh(full), learner, timezone.now()).code == "full"

    def test_an_offer_that_runs_out_moves_on_and_says_so(self, full, learner, outsider):
        services.join_waitlist(session=full, person=learner)
        services.join_waitlist(session=full, person=outsider)
        give_back(full)
        later = WaitlistOffer.objects.get().expires_at
        assert services.expire_offers(now=later - timedelta(seconds=1)) == 0
        assert services.expire_offers(now=later) == 1
        assert services.expire_offers(now=later) == 0
        assert told(learner, "offer_expired") == 1
        assert WaitlistOffer.objects.get(closed_at=None).entry.person == outsider

    def test_with_nobody_in_line_the_seat_is_free(self, full, learner):
        entry = services.join_waitlist(session=full, person=learner)
        services.leave_waitlist(entry=entry)
        give_back(full)
        assert fresh(full).seats_left == 1

    def test_leaving_with_an_offer_passes_the_seat_on(self, full, learner, outsider):
        entry = services.join_waitlist(session=full, person=learner)
        services.join_waitlist(session=full, person=outsider)
        give_back(full)
        services.leave_waitlist(entry=entry)
        assert can_join(fresh(full), outsider, timezone.now()).code == "offered"

    def test_joining_twice_keeps_the_first_place(self, full, learner, outsider):
        first = services.join_waitlist(session=full, person=learner)
        services.join_waitlist(session=full, person=outsider)
        assert services.join_waitlist(session=full, person=learner) == first
        assert position(first) == 1

    def test_joining_counts_as_taking_a_seat(self, full, learner):
        for _time in range(LIMITS["registration"][0]):
            hit("registration", learner.pk)
        with pytest.raises(RateLimited):
            services.join_waitlist(session=full, person=learner)

    def test_more_seats_move_the_line(self, full, learner, outsider, expert):
        services.join_waitlist(session=full, person=learner)
        entry = services.join_waitlist(session=full, person=outsider)
        assert position(entry) == 2
        SkillSession.objects.filter(pk=full.pk).update(capacity=3)
        from django.db import transaction

        from features.sessions.services.waitlist import hand_on, lock

        with transaction.atomic():
            hand_on(lock(full.pk), timezone.now())
        assert WaitlistOffer.objects.filter(closed_at=None).count() == 2
        assert fresh(full).seats_taken == 3

    def test_a_waitlist_is_for_full_sessions_only(self, expert, learner):
        with pytest.raises(services.RegistrationRefused) as refused:
            services.join_waitlist(session=make_session(expert), person=learner)
        assert refused.value.code == "open"

    def test_a_suspended_person_is_passed_over(self, full, learner, outsider):
        services.join_waitlist(session=full, person=learner)
        services.join_waitlist(session=full, person=outsider)
        learner.is_active = False
        learner.save()
        give_back(full)
        assert WaitlistOffer.objects.get().entry.person == outsider

    def test_a_seat_that_is_kept_for_who_is_then_suspended_moves_on(self, full, learner, outsider):
        services.join_waitlist(session=full, person=learner)
        entry = services.join_waitlist(session=full, person=outsider)
        give_back(full)
        accounts.suspend(person=learner, until=None, page="")
        assert WaitlistOffer.objects.get(closed_at=None).entry == entry
        assert fresh(full).seats_taken == 1
        assert position(entry) == 1
        assert full.waitlist.filter(person=learner, left_at=None).exists()  # their place, if they are back

    def test_nobody_counts_a_suspended_person_as_waiting(self, full, client, learner, outsider, expert):
        for person in (learner, outsider):
            services.join_waitlist(session=full, person=person)
        page, roster = full.get_absolute_url(), reverse("session_roster", args=[full.pk, full.slug])
        assert "Full. 2 people are waiting." in client.get(page).content.decode()
        accounts.suspend(person=learner, until=None, page="")
        assert "Full. 1 person is waiting." in client.get(page).content.decode()
        assert "1 waiting" in client.get(reverse("sessions")).content.decode()
        client.force_login(expert)
        seen = client.get(roster).content.decode()
        assert "1 waiting" in seen
        assert learner.name not in seen
        assert "1 person on the waitlist is told" in client.get(f"{page}cancellation/").content.decode()
        client.force_login(full.seat.person)
        assert "offered to the one person who waits" in client.get(f"{page}registration/cancellation/").content.decode()


@pytest.mark.django_db
class TestNearTheStart:
    def test_the_time_to_answer_shrinks_and_never_passes_the_cutoff(self):
        starts = timezone.now()
        lengths = []
        for hours in (240, 48, 24, 12, 6, 3, 2.25):
            now = starts - timedelta(hours=hours)
            length = offer_length(now, starts)
            assert now + length <= starts - CUTOFF
            lengths.append(length)
        assert lengths[0] == LONGEST_OFFER
        assert lengths == sorted(lengths, reverse=True)

    def test_after_the_cutoff_everybody_is_told_at_once_and_the_first_gets_it(self, full, learner, outsider):
        services.join_waitlist(session=full, person=learner)
        services.join_waitlist(session=full, person=outsider)
        late = full.starts_at - timedelta(hours=1)
        give_back(full, now=late)
        assert not WaitlistOffer.objects.exists()
        assert told(learner, "seat_open") == told(outsider, "seat_open") == 1
        assert services.register(session=fresh(full), person=outsider, now=late)
        assert can_join(fresh(full), learner, late).code == "waiting"

    @pytest.mark.parametrize("minute", [0, 9, 59])  # the next one is another hour, or another slot
    def test_at_the_cutoff_open_offers_end_and_the_line_is_told_once_in_an_hour(self, full, learner, outsider, minute):
        at = full.starts_at.replace(minute=minute, second=30)
        SkillSession.objects.filter(pk=full.pk).update(starts_at=at, ends_at=at + timedelta(hours=1))
        full.refresh_from_db()
        services.join_waitlist(session=full, person=learner)
        services.join_waitlist(session=full, person=outsider)
        give_back(full, now=full.starts_at - CUTOFF - timedelta(minutes=10))
        cutoff = full.starts_at - CUTOFF
        assert WaitlistOffer.objects.get().expires_at <= cutoff
        services.expire_offers(now=cutoff)
        for minutes in (0, 1, 30, 59):
            services.tell_everybody(now=cutoff + timedelta(minutes=minutes))
        assert fresh(full).seats_left == 1
        assert told(outsider, "seat_open") == 1
        services.tell_everybody(now=cutoff + timedelta(minutes=71))
        assert told(outsider, "seat_open") == 2


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_one_offer_answered_from_many_tabs_gives_one_seat(self, full, learner):
        services.join_waitlist(session=full, person=learner)
        give_back(full)
        results = in_parallel([lambda: services.register(session=fresh(full), person=learner)] * 8)
        assert len({getattr(r, "pk", r) for r in results}) == 1
        assert fresh(full).seats_taken == fresh(full).registrations.active().count() == 1

    def test_two_sweepers_at_once_expire_an_offer_once(self, full, learner, outsider):
        services.join_waitlist(session=full, person=learner)
        services.join_waitlist(session=full, person=outsider)
        give_back(full)
        later = WaitlistOffer.objects.get().expires_at
        results = in_parallel([lambda: services.expire_offers(now=later)] * 4)
        assert sum(results) == 1
        assert WaitlistOffer.objects.filter(closed_at=None).count() == 1
        assert fresh(full).seats_taken == 1


class Seats(RuleBasedStateMachine):
    """Register, cancel, wait, decline, expire in any order: the count is always what the rows say."""

    people = st.integers(0, 5)

    def __init__(self):
        super().__init__()
        host = make_user("Host", role="expert")
        self.session = make_session(host, capacity=2, starts_in=timedelta(days=5))
        self.cast = [make_user(f"Person {n}") for n in range(6)]
        self.now = timezone.now()

    def teardown(self):
        WaitlistOffer.objects.all().delete()
        WaitlistEntry.objects.all().delete()
        from features.notifications.models import Notification
        from features.payments.models import Order

        self.session.registrations.all().delete()
        self.session.delete()
        Order.objects.all().delete()
        Notification.objects.all().delete()
        from features.accounts.models import User

        User.objects.all().delete()

    def expect(self, refused, *codes):
        assert refused.code in codes

    @rule(who=people)
    def register(self, who):
        try:
            services.register(session=fresh(self.session), person=self.cast[who], now=self.now)
        except services.RegistrationRefused as refused:
            self.expect(refused, "full", "waiting", "started", "ended")

    @rule(who=people)
    def wait(self, who):
        try:
            services.join_waitlist(session=fresh(self.session), person=self.cast[who], now=self.now)
        except services.RegistrationRefused as refused:
            self.expect(refused, "open", "offered", "registered", "started", "ended")

    @rule(who=people)
    def cancel(self, who):
        seat = self.session.registrations.active().filter(person=self.cast[who]).first()
        if seat and self.now < self.session.starts_at:
            services.cancel_registration(registration=seat, by=self.cast[who], now=self.now)

    @rule(who=people)
    def decline(self, who):
        entry = self.session.waitlist.filter(person=self.cast[who], left_at=None).first()
        if entry:
            services.decline_offer(entry=entry, now=self.now)

    @rule(hours=st.integers(1, 40))
    def time_passes(self, hours):
        self.now += timedelta(hours=hours)
        services.expire_offers(now=self.now)

    @invariant()
    def the_count_is_what_the_rows_say(self):
        session = fresh(self.session)
        seats = session.registrations.active().count()
        offers = WaitlistOffer.objects.filter(entry__session=session, closed_at=None).count()
        assert session.seats_taken == seats + offers <= session.capacity

    @invariant()
    def no_seat_is_free_while_somebody_waits(self):
        session = fresh(self.session)
        if self.now < session.starts_at - CUTOFF:
            idle = session.waitlist.filter(left_at=None).exclude(offers__closed_at=None, offers__isnull=False)
            assert not (idle.exists() and session.seats_left > 0)

    @invariant()
    def nobody_is_promoted_twice(self):
        for person in self.cast:
            entries = self.session.waitlist.filter(person=person, left_at=None)
            seats = self.session.registrations.active().filter(person=person)
            assert entries.count() + seats.count() <= 1


class TestMixture(TestCase):
    def test_any_order_of_acts_keeps_the_invariants(self):
        run_state_machine_as_test(
            Seats,
            settings=settings(
                max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )
