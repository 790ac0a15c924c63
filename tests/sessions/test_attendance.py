"""Being there: by one's own link or by the host's check-in, and what it is evidence for."""

from datetime import timedelta

import pytest

from features.sessions import services
from features.sessions.models import Attendance
from features.skills.models import SkillEvidence
from tests.factories import make_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def seat(expert, learner, skill):
    session = make_session(expert, about=[skill])
    return services.register(session=session, person=learner)


class TestJoin:
    def test_the_press_counts_as_being_there_once(self, seat):
        now = seat.session.starts_at
        services.record_join(registration=seat, now=now)
        services.record_join(registration=seat, now=now + timedelta(minutes=3))
        assert Attendance.objects.get().source == "join_link"
        assert Attendance.objects.get().happened_at == now
        assert SkillEvidence.objects.get(revoked_at=None).source == f"registration:{seat.pk}"

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


class TestCheckIn:
    def test_the_host_checks_in_and_takes_it_back_with_its_evidence(self, seat, expert):
        now = seat.session.starts_at
        services.check_in(registration=seat, by=expert, now=now)
        assert SkillEvidence.objects.filter(revoked_at=None).count() == 1
        services.undo_check_in(registration=seat, by=expert, now=now)
        assert not Attendance.objects.exists()
        assert not SkillEvidence.objects.filter(revoked_at=None).exists()

    def test_and_checks_in_again_after_a_slip(self, seat, expert):
        now = seat.session.starts_at
        services.check_in(registration=seat, by=expert, now=now)
        services.undo_check_in(registration=seat, by=expert, now=now)
        services.check_in(registration=seat, by=expert, now=now)
        assert SkillEvidence.objects.get(revoked_at=None)

    @pytest.mark.parametrize("offset", [timedelta(hours=-1, seconds=-1), timedelta(hours=49, minutes=30)])
    def test_only_around_the_session(self, seat, expert, offset):
        with pytest.raises(services.AttendanceRefused) as refused:
            services.check_in(registration=seat, by=expert, now=seat.session.starts_at + offset)
        assert refused.value.code == "check_in_closed"
