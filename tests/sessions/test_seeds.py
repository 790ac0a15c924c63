"""The demo world: believable at any hour, and made of the rows the site makes."""

from datetime import UTC, datetime, timedelta
from itertools import combinations
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import transaction
from django.db.models import Count, Q
from django.forms.models import model_to_dict
from django.test import override_settings
from django.utils import timezone

from core import languages
from core.jobs import run_pending
from core.models import RateCounter
from features.accounts import seeds as accounts
from features.accounts.models import User
from features.notifications.models import Notification
from features.payments.models import Order, OrderLine
from features.sessions import seeds, services
from features.sessions.joining import can_join
from features.sessions.models import Attendance, Registration, Review, SkillSession, WaitlistOffer
from features.skills import seeds as skills
from features.skills.models import Skill, SkillEvidence
from features.skills.services import skill_levels

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Filled once for this file; what a test changes is rolled back to it."""
    with django_db_blocker.unblock(), override_settings(DEMO=True), transaction.atomic():
        now = timezone.now()
        for fill in (accounts.fill, skills.fill, seeds.fill):
            fill(now)
        people = {user.email.partition("@")[0]: user for user in User.objects.filter(is_demo=True)}
        yield SimpleNamespace(now=now, learner=people["learner"], expert=people["expert"], people=people)
        transaction.set_rollback(True)


class TestTheWorld:
    def test_it_has_sessions_to_come_and_sessions_that_were(self, world):
        assert SkillSession.objects.upcoming(world.now).count() >= 45
        assert SkillSession.objects.filter(ends_at__lt=world.now).count() >= 12

    def test_every_session_passes_the_checks_of_the_form(self, world):
        for session in SkillSession.objects.all():
            session.full_clean(exclude=["slug"])
            assert session.language in languages.CODES
            assert session.description or not session.is_published

    def test_it_speaks_more_than_english_and_covers_the_scale(self, world):
        upcoming = SkillSession.objects.upcoming(world.now)
        assert {"de", "en", "es", "fr", "pt"} <= set(upcoming.values_list("language", flat=True))
        assert set(upcoming.values_list("level", flat=True)) == {1, 2, 3, 4, 5}
        assert upcoming.filter(format="in_person").exclude(address="").count() >= 4

    def test_seats_taken_are_rows(self, world):
        offers = Count("waitlist__offers", filter=Q(waitlist__offers__closed_at=None), distinct=True)
        seats = Count("registrations", filter=Q(registrations__cancelled_at=None), distinct=True)
        for session in SkillSession.objects.annotate(seats=seats, offers=offers):
            assert session.seats_taken == session.seats + session.offers, session.title

    def test_some_are_full_and_people_wait(self, world):
        full = [session for session in SkillSession.objects.upcoming(world.now) if session.seats_left == 0]
        assert len([session for session in full if session.waitlist.filter(left_at=None).exists()]) >= 5

    def test_one_was_cancelled_and_says_why(self, world):
        [session] = SkillSession.objects.exclude(cancelled_at=None)
        assert session.cancellation_reason
        kinds = Notification.objects.filter(ref__in=[str(seat.pk) for seat in session.registrations.all()])
        assert kinds.filter(kind="session_cancelled").count() == session.registrations.count()

    def test_the_one_with_a_price_cannot_be_booked_yet(self, world):
        [session] = SkillSession.objects.upcoming(world.now).filter(price_minor__gt=0)
        assert can_join(session, world.learner, world.now).code == "payments_not_set_up"

    def test_drafts_are_the_experts_alone(self, world):
        drafts = SkillSession.objects.filter(published_at=None)
        assert drafts.count() >= 3
        assert not drafts.visible_to(world.learner).exists()
        assert drafts.visible_to(world.expert).count() == drafts.count()

    def test_who_was_there_has_evidence_for_each_skill(self, world):
        attended = Attendance.objects.filter(state="present").select_related("registration__session")
        assert attended.count() >= 100
        for attendance in attended:
            seat = attendance.registration
            taught = set(seat.session.skills.values_list("pk", flat=True))
            proved = SkillEvidence.objects.filter(person=seat.person, source=f"registration:{seat.pk}")
            assert set(proved.values_list("skill", flat=True)) == taught

    def test_people_who_were_there_say_how_it_was_and_hosts_answer(self, world):
        reviews = list(Review.objects.select_related("registration__attendance", "registration__session"))
        assert len(reviews) >= 20
        assert sum(bool(review.reply) for review in reviews) >= 5
        for review in reviews:
            assert review.registration.was_there
            last = review.replied_at or review.written_at
            assert review.registration.session.ends_at < review.written_at <= last <= world.now
        assert services.rating_of(world.expert).average > 4
        assert Attendance.objects.filter(state="absent").count() >= 20

    def test_what_the_hosts_are_known_for_is_believable(self, world):
        levels = {row.skill.name: row for row in skill_levels(world.expert)}
        for name in ("PostgreSQL", "SQL"):
            assert levels[name].rounded >= 3
            assert levels[name].low > 2
        assert not [row for row in skill_levels(world.learner) if row.rounded > 2]

    def test_filling_again_changes_nothing(self, world):
        before = Registration.objects.count(), SkillSession.objects.count(), Notification.objects.count()
        seeds.fill(timezone.now())
        assert (Registration.objects.count(), SkillSession.objects.count(), Notification.objects.count()) == before

    def test_nobody_has_used_up_what_they_may_do_in_an_hour(self, world):
        assert not RateCounter.objects.exists()

    def test_an_unknown_skill_stops_it(self, world):
        SkillSession.objects.update(host=User.objects.create_user("a@example.org", handle="someone", name="Someone"))
        Skill.objects.get(name="Interpreting").names.all().delete()
        Skill.objects.get(name="Typography").names.all().delete()
        with pytest.raises(LookupError, match="Typography"):
            seeds.fill(timezone.now())


class TestTheLearner:
    def test_has_two_seats_waits_in_one_line_and_is_offered_a_seat(self, world):
        codes = [
            can_join(session, world.learner, world.now).code for session in SkillSession.objects.upcoming(world.now)
        ]
        assert codes.count("registered") == 2
        assert codes.count("waiting") == 1
        assert codes.count("offered") == 1

    def test_has_been_to_two(self, world):
        assert Attendance.objects.filter(registration__person=world.learner, state="present").count() == 2

    def test_can_take_the_seat_on_offer(self, world):
        offer = WaitlistOffer.objects.get(entry__person=world.learner, closed_at=None)
        seat = services.register(session=offer.entry.session, person=world.learner, now=world.now)
        assert seat.confirmed_at

    def test_has_one_thing_unread_and_the_rest_from_when_it_happened(self, world):
        inbox = Notification.objects.filter(recipient=world.learner)
        assert [letter.kind for letter in inbox.filter(read_at=None)] == ["seat_offered"]
        for letter in inbox.filter(kind="registered"):
            assert letter.created_at == Registration.objects.get(pk=letter.ref).registered_at

    def test_gets_the_one_letter_that_a_fresh_demo_sends(self, world):
        run_pending(world.now + timedelta(seconds=1))
        [letter] = mail.outbox
        assert letter.to == [world.learner.email]
        assert "Saying no to your best customer" in letter.subject


class TestTheExpert:
    def test_is_about_to_begin_with_nine_people_to_check_in(self, world):
        session = SkillSession.objects.upcoming(world.now).filter(host=world.expert).earliest("starts_at")
        assert session.starts_at - world.now <= timedelta(minutes=15)
        seats = list(services.seats_of(session))
        assert len(seats) == 9
        services.check_in(registration=seats[0], by=world.expert, now=world.now)
        assert Attendance.objects.get(registration=seats[0]).recorded_by == world.expert


class TestTheCrowd:
    """Written a table at a time; a seat that the services gave is the model for all."""

    def test_its_rows_are_the_rows_the_services_leave(self, world):
        given = Registration.objects.get(person=world.learner, session__title="Window functions in one evening")
        crowd = given.session.registrations.present().exclude(person=world.learner)
        assert crowd.count() == 10
        model = self._shape(given)
        for seat in crowd:
            assert self._shape(seat) == model

    def _shape(self, seat):
        """All rows of a seat, without what differs from one person to the next."""
        line = OrderLine.objects.get(kind="registration", ref=str(seat.pk))
        order = Order.objects.get(pk=line.order_id)
        assert order.buyer == seat.person
        assert seat.registered_at == seat.confirmed_at == order.opened_at == order.settled_at
        letter = Notification.objects.get(kind="registered", ref=str(seat.pk))
        assert letter.recipient == seat.person
        assert letter.mailed_at
        assert letter.key == f"registered:{seat.pk}:{seat.person_id}"
        evidence = SkillEvidence.objects.filter(source=f"registration:{seat.pk}").order_by("skill")
        return [
            self._without(seat, "id", "public_id", "person", "note", "registered_at", "confirmed_at", "join_token"),
            self._without(line, "id", "order", "ref"),
            self._without(order, "id", "public_id", "buyer", "opened_at", "settled_at"),
            self._without(letter, "id", "recipient", "ref", "key", "created_at", "mailed_at", "read_at"),
            self._without(seat.attendance, "id", "registration"),
            [self._without(row, "id", "person", "source", "recorded_at") for row in evidence],
        ]

    def _without(self, row, *names):
        return model_to_dict(row, exclude=names) | {
            field.name: getattr(row, field.name)
            for field in row._meta.fields
            if not field.editable and field.name not in names
        }


class TestAtAnyHour:
    """The demo may be started at night, on a Sunday, or when the clocks change."""

    HOURS = [datetime(2026, 12, 26, tzinfo=UTC) + timedelta(hours=11 * n) for n in range(40)]
    HOURS += [
        datetime(year, month, day, 22, 55, 31, tzinfo=UTC) for year, month, day in ((2027, 3, 26), (2027, 10, 29))
    ]

    def test_hosts_are_in_one_place_and_the_past_is_past(self, world):
        for now in self.HOURS:
            hosted = {}
            for entry in [entry for entry in seeds.entries() if "when" in entry]:
                when, zone = entry["when"], ZoneInfo(world.people[entry["host"]].time_zone)
                start = seeds.starts_at(when, zone, now)
                is_past = when.get("day", 1) < 0
                assert start < now - timedelta(days=2) if is_past else start > now, (now, entry["title"])
                if "at" in when:
                    assert f"{start.astimezone(zone):%H:%M}" == when["at"], (now, entry["title"])
                hosted.setdefault(entry["host"], []).append((start, start + timedelta(minutes=entry["minutes"])))
            for host, spans in hosted.items():
                assert all(a[1] <= b[0] or b[1] <= a[0] for a, b in combinations(spans, 2)), (now, host)
