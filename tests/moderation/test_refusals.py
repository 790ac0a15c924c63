"""Taking seats and publishing ask what stands in the way, and say why, until when and where to object."""

from datetime import timedelta

import pytest
from django.utils import timezone

from features.moderation import services
from features.sessions import services as sessions
from features.sessions.models import Attendance, Registration, SkillSession
from tests.factories import make_session
from tests.moderation.conftest import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def session(expert, skill):
    return sessions.publish(session=make_session(expert, about=[skill], published=False, capacity=1), by=expert)


def bar_from(moderator, person, ability):
    ends = timezone.now() + timedelta(days=3)
    services.impose(by=moderator, person=person, kind="limit", ability=ability, reason="Never came", ends_at=ends)
    return type(person).objects.get(pk=person.pk)


def test_a_seat(moderator, learner, session):
    learner = bar_from(moderator, learner, "register")
    with pytest.raises(sessions.RegistrationRefused) as refused:
        sessions.register(session=session, person=learner)
    assert refused.value.code == "barred"
    client = browser_of(learner)
    page = client.get(session.get_absolute_url()).text
    for words in ("Never came", "until", "See why, or object", "/sanctions/"):
        assert words in page
    client.post(f"{session.get_absolute_url()}registration/", {"note": ""})
    assert not Registration.objects.exists()


def test_a_place_in_line(moderator, learner, outsider, session):
    sessions.register(session=session, person=outsider)
    learner = bar_from(moderator, learner, "register")
    with pytest.raises(sessions.RegistrationRefused) as refused:
        sessions.join_waitlist(session=session, person=learner)
    assert refused.value.code == "barred"


def test_a_seat_of_before_is_kept_and_can_be_given_back(moderator, learner, session):
    seat = sessions.register(session=session, person=learner)
    learner = bar_from(moderator, learner, "register")
    assert sessions.register(session=session, person=learner) == seat
    sessions.cancel_registration(registration=seat, by=learner)
    assert not Registration.objects.active().exists()


def test_publishing_and_changing_what_is_public(moderator, expert, skill, session):
    draft = make_session(expert, about=[skill], published=False, starts_in=timedelta(days=9))
    expert = bar_from(moderator, expert, "host")
    answer = browser_of(expert).post(f"{draft.get_absolute_url()}publication/")
    assert answer.status_code == 422
    assert "Never came" in answer.text
    draft.refresh_from_db()
    assert not draft.is_published
    with pytest.raises(sessions.HostingRefused) as refused:
        sessions.save_edit(session=session, data={"capacity": 3}, skills=[skill])
    assert refused.value.code == "barred"


def test_whoever_is_no_expert_is_led_to_the_application(learner):
    client = browser_of(learner)
    for path in ("/hosting/", "/sessions/new/"):
        assert 'href="/account/expert/"' in client.get(path).text


class TestReviews:
    @pytest.fixture
    def seat(self, session, learner):
        """Of somebody who was there, in a session that ended an hour ago."""
        seat = sessions.register(session=session, person=learner)
        start = timezone.now() - timedelta(hours=2)
        SkillSession.objects.update(starts_at=start, ends_at=start + timedelta(hours=1))
        Attendance.objects.create(registration=seat, source="check_in", happened_at=start)
        return seat

    def test_writing_one(self, moderator, seat, learner):
        bar_from(moderator, learner, "review")
        with pytest.raises(sessions.ReviewRefused) as refused:
            sessions.write_review(registration=seat, rating=1, words="Bad")
        assert refused.value.code == "barred"
        assert "Never came" in refused.value.words

    def test_answering_one(self, moderator, seat, expert):
        review = sessions.write_review(registration=seat, rating=4, words="Good")
        bar_from(moderator, expert, "review")
        with pytest.raises(sessions.ReviewRefused) as refused:
            sessions.reply_to_review(review=review, words="Thanks")
        assert refused.value.code == "barred"
        review.refresh_from_db()
        assert not review.reply
