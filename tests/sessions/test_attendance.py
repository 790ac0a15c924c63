"""Being there: by one's own link or by the host's check-in; not having come; and what both are evidence for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.jobs.registry import find
from features.accounts.models import AuditEntry
from features.sessions import services
from features.sessions.models import Attendance, SkillSession
from features.skills import services as skills
from features.skills.models import SkillEvidence
from tests.factories import make_session, make_user

pytestmark = pytest.mark.django_db
GRACE = timedelta(hours=2)


@pytest.fixture(scope="module")
def session(expert, skill):
    return make_session(expert, about=[skill], level=4)


@pytest.fixture(scope="module")
def seat(session, learner):
    return services.register(session=session, person=learner)


@pytest.fixture(scope="module")
def other_seat(session, outsider):
    return services.register(session=session, person=outsider)


def settle(session, after=GRACE):
    return services.settle_due(now=session.ends_at + after)


def standing(person):
    return set(SkillEvidence.objects.standing().filter(person=person).values_list("kind", "source"))


def state(seat):
    return Attendance.objects.filter(registration=seat).values_list("state", "source").first()


class TestJoin:
    def test_the_press_counts_as_being_there_once(self, seat):
        now = seat.session.starts_at
        services.record_join(registration=seat, now=now)
        services.record_join(registration=seat, now=now + timedelta(minutes=3))
        assert state(seat) == ("present", "join_link")
        assert Attendance.objects.get().happened_at == now

    @pytest.mark.parametrize("offset", [timedelta(minutes=-16), timedelta(minutes=106)])
    def test_the_room_is_closed_before_and_after(self, seat, offset):
        with pytest.raises(services.AttendanceRefused) as refused:
            services.record_join(registration=seat, now=seat.session.starts_at + offset)
        assert refused.value.code == "room_closed"
        assert not Attendance.objects.exists()

    def test_a_link_of_a_seat_that_was_given_back_is_dead(self, seat, learner):
        services.cancel_registration(registration=seat, by=learner)
        seat.refresh_from_db()
        with pytest.raises(services.AttendanceRefused) as refused:
            services.record_join(registration=seat, now=seat.session.starts_at)
        assert refused.value.code == "no_seat"

    def test_nor_does_one_open_anything_before_it_is_paid(self, seat, expert):
        seat.confirmed_at, seat.held_until = None, seat.session.ends_at
        seat.save()
        for act, by in ((services.record_join, {}), (services.check_in, {"by": expert})):
            with pytest.raises(services.AttendanceRefused) as refused:
                act(registration=seat, now=seat.session.starts_at, **by)
            assert refused.value.code == "no_seat"


class TestCheckIn:
    def test_the_host_checks_in_and_takes_a_slip_back_without_a_trace(self, seat, expert):
        now = seat.session.starts_at
        services.check_in(registration=seat, by=expert, now=now)
        assert state(seat) == ("present", "check_in")
        services.undo_check_in(registration=seat, by=expert, now=now)
        assert state(seat) is None
        services.check_in(registration=seat, by=expert, now=now)
        assert state(seat) == ("present", "check_in")
        assert not AuditEntry.objects.exists()

    @pytest.mark.parametrize("offset", [timedelta(hours=-1, seconds=-1), timedelta(hours=49, minutes=30)])
    def test_only_around_the_session(self, seat, expert, offset):
        for act in (services.check_in, services.undo_check_in):
            with pytest.raises(services.AttendanceRefused) as refused:
                act(registration=seat, by=expert, now=seat.session.starts_at + offset)
            assert refused.value.code == "check_in_closed"


class TestSettling:
    def test_nothing_is_decided_before_the_grace_is_over(self, session, seat, other_seat, expert):
        services.check_in(registration=seat, by=expert, now=session.starts_at)
        assert settle(session, GRACE - timedelta(seconds=1)) == 0
        assert state(other_seat) is None
        assert not SkillEvidence.objects.exists()

    def test_then_who_was_not_seen_did_not_come_and_being_there_is_evidence(
        self, session, seat, other_seat, learner, outsider, expert
    ):
        services.record_join(registration=seat, now=session.starts_at)
        assert settle(session) == 1
        assert state(seat) == ("present", "join_link")
        assert state(other_seat) == ("absent", "not_seen")
        assert standing(learner) == {("session_attended", f"registration:{seat.pk}")}
        assert standing(outsider) == set()
        assert standing(expert) == {("session_hosted", f"session:{session.pk}")}
        assert {str(row.basis) for row in skills.skill_levels(expert)} == {"Taught"}

    def test_twice_is_once(self, session, seat, other_seat, expert):
        services.check_in(registration=seat, by=expert, now=session.starts_at)
        assert settle(session) == 1
        before = list(SkillEvidence.objects.order_by("pk").values()), list(Attendance.objects.order_by("pk").values())
        assert settle(session) == 0
        services.settle_attendance(session=session, now=session.ends_at + GRACE)
        assert (
            list(SkillEvidence.objects.order_by("pk").values()),
            list(Attendance.objects.order_by("pk").values()),
        ) == before

    def test_where_nobody_was_seen_nobody_is_missing_and_nobody_taught(self, session, seat, other_seat):
        assert settle(session) == 1
        assert not Attendance.objects.exists()
        assert not SkillEvidence.objects.exists()

    def test_a_cancelled_session_has_no_missing_and_no_evidence(self, session, seat, other_seat, expert):
        during = session.starts_at + timedelta(minutes=10)
        services.check_in(registration=seat, by=expert, now=during)
        services.cancel_session(session=session, by=expert, reason="The power is out.", now=during)
        assert settle(session) == 0
        assert state(other_seat) is None
        assert not SkillEvidence.objects.exists()

    def test_removing_a_session_withdraws_what_it_was_evidence_for(self, session, seat, learner, expert):
        services.check_in(registration=seat, by=expert, now=session.starts_at)
        settle(session)
        SkillSession.objects.filter(pk=session.pk).update(removed_at=timezone.now())
        services.settle_attendance(session=session, now=session.ends_at + GRACE)
        assert standing(learner) == standing(expert) == set()
        assert skills.skill_levels(learner) == []

    def test_a_seat_that_was_given_back_is_not_missed(self, session, seat, other_seat, outsider, expert):
        services.cancel_registration(registration=other_seat, by=outsider)
        services.check_in(registration=seat, by=expert, now=session.starts_at)
        settle(session)
        assert state(other_seat) is None

    def test_a_higher_session_and_a_fuller_room_say_more_of_who_held_it(self, expert, skill):
        strengths = []
        for level, people in ((2, 1), (4, 1), (4, 3), (4, 5)):
            session = make_session(expert, about=[skill], level=level)
            for number in range(people):
                person = make_user(f"Guest {level} {people} {number}")
                taken = services.register(session=session, person=person)
                services.check_in(registration=taken, by=expert, now=session.starts_at)
            settle(session)
            strengths.append(SkillEvidence.objects.get(source=f"session:{session.pk}").strength)
        assert strengths == pytest.approx([0.2 / 3, 0.4 / 3, 0.4, 0.4])

    def test_the_worker_settles(self, session, seat, expert):
        SkillSession.objects.filter(pk=session.pk).update(
            starts_at=timezone.now() - timedelta(hours=5), ends_at=timezone.now() - timedelta(hours=3)
        )
        seat.session.refresh_from_db()
        services.check_in(registration=seat, by=expert)
        find("features.sessions.tasks.settle_attendance").function()
        assert SkillSession.objects.get().attendance_settled_at
        assert SkillEvidence.objects.count() == 2

    def test_a_session_of_many_takes_as_many_queries_as_one_of_few(self, expert, skill, django_assert_max_num_queries):
        counts = []
        for people in (2, 6):
            session = make_session(expert, about=[skill])
            for number in range(people):
                taken = services.register(session=session, person=make_user(f"Guest {people} {number}"))
                if number:
                    services.check_in(registration=taken, by=expert, now=session.starts_at)
            with django_assert_max_num_queries(60) as queries:
                settle(session)
            counts.append(len(queries))
        assert counts[0] == counts[1]


class TestCorrections:
    @pytest.fixture
    def settled(self, session, seat, other_seat, expert):
        services.check_in(registration=seat, by=expert, now=session.starts_at)
        settle(session)
        return session.ends_at + timedelta(hours=10)

    def test_who_was_there_after_all_gets_their_evidence(self, settled, other_seat, outsider, expert):
        services.check_in(registration=other_seat, by=expert, now=settled)
        assert state(other_seat) == ("present", "correction")
        assert standing(outsider) == {("session_attended", f"registration:{other_seat.pk}")}

    def test_who_was_not_loses_it_and_the_level_is_as_if_it_had_never_been(
        self, settled, seat, other_seat, learner, expert
    ):
        services.check_in(registration=other_seat, by=expert, now=settled)
        services.undo_check_in(registration=seat, by=expert, now=settled)
        assert state(seat) == ("absent", "correction")
        assert standing(learner) == set()
        assert skills.skill_levels(learner) == []
        assert standing(expert)

    def test_and_back_again_is_as_it_was(self, settled, seat, learner, expert):
        before = standing(learner), skills.skill_levels(learner)
        services.undo_check_in(registration=seat, by=expert, now=settled)
        services.check_in(registration=seat, by=expert, now=settled)
        assert (standing(learner), skills.skill_levels(learner)) == before

    def test_without_anybody_left_the_session_did_not_take_place(self, settled, seat, other_seat, expert):
        services.undo_check_in(registration=seat, by=expert, now=settled)
        assert state(other_seat) is None
        assert standing(expert) == set()

    def test_each_leaves_a_row_in_the_audit_log(self, settled, seat, other_seat, expert):
        services.check_in(registration=other_seat, by=expert, now=settled)
        services.undo_check_in(registration=seat, by=expert, now=settled)
        services.undo_check_in(registration=seat, by=expert, now=settled)
        rows = AuditEntry.objects.filter(act="attendance.corrected").order_by("pk")
        assert [(row.actor_id, row.target, row.fields) for row in rows] == [
            (expert.pk, f"registration:{other_seat.pk}", ["present"]),
            (expert.pk, f"registration:{seat.pk}", ["absent"]),
        ]


class TestPages:
    @pytest.fixture
    def over(self, session, seat, other_seat, expert):
        """It ended three hours ago; the learner came."""
        services.check_in(registration=seat, by=expert, now=session.starts_at)
        SkillSession.objects.filter(pk=session.pk).update(
            starts_at=timezone.now() - timedelta(hours=4), ends_at=timezone.now() - timedelta(hours=3)
        )
        services.settle_due()
        return session

    def test_people_see_what_is_on_record_of_them(self, client, over, learner, outsider):
        client.force_login(learner)
        assert "You were there." in client.get(over.get_absolute_url()).content.decode()
        client.force_login(outsider)
        page = client.get(over.get_absolute_url()).content.decode()
        assert "On record: you did not come." in page
        assert "Amara Okonjo can put it right until" in page
        assert "Did not come" in client.get("/agenda/").content.decode()

    def test_the_host_corrects_on_the_roster(self, client, over, other_seat, expert):
        client.force_login(expert)
        page = client.get(f"{over.get_absolute_url()}roster/").content.decode()
        assert "1 of 2 checked in" in page
        assert "Did not come." in page
        missing = client.get(f"{over.get_absolute_url()}roster/?show=missing").content.decode()
        assert "Tomás Quintela" in missing
        assert "Sofia Mendes" not in missing
        client.post(f"/attendance/{other_seat.public_id}/", {"act": "check_in"})
        page = client.get(f"{over.get_absolute_url()}roster/").content.decode()
        assert "2 of 2 checked in" in page
        assert "Corrected by the host" in page

    def test_what_they_came_to_is_told_to_both_sides_and_what_was_held_to_everybody(
        self, client, over, learner, outsider, expert
    ):
        page = "/people/sofia-mendes/skills/postgresql/"
        for viewer, sees in ((learner, True), (expert, True), (outsider, False)):
            client.force_login(viewer)
            words = client.get(page).content.decode()
            assert ("Came to “Reading a query plan" in words) == sees
            assert ("Came to a session" in words) != sees
        client.logout()
        held = client.get("/people/amara-okonjo/skills/postgresql/").content.decode()
        assert "Held “Reading a query plan" in held
        assert over.get_absolute_url() in held
