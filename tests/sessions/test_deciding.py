"""2.17: a session takes place only if enough people have a seat by then; else all get everything back by itself."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core.jobs import run_pending
from features.moderation.models import Incident
from features.payments import services as payments
from features.payments.models import Refund
from features.sessions import services
from features.sessions.models import SkillSession
from features.sessions.services import deciding
from features.sessions.services.waitlist import lock
from tests.factories import make_session, make_user
from tests.payments.conftest import deliver, stripe, stripe_server  # noqa: F401
from tests.payments.test_paid_sessions import seated

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def session(expert):
    return make_session(expert, price_minor=4500, starts_in=timedelta(days=9), least_seats=2, decide_hours=48)


def test_too_few_are_paid_back_once_and_told_and_it_is_nobodys_fault(
    session,
    stripe,  # noqa: F811
    deliver,  # noqa: F811
    learner,
    outsider,
    letters,
):
    seated(stripe, deliver, session, learner)
    services.register(session=session, person=outsider)  # held and not paid
    letters()
    moment = session.starts_at - 48 * HOUR
    assert services.decide_due(now=moment - HOUR) == 0
    assert services.decide_due(now=moment) == 1
    assert services.decide_due(now=moment) == 0
    run_pending()
    session.refresh_from_db()
    assert session.cancellation_reason == "It needed 2 people and had 1."
    assert [(row.source, row.amount_minor, row.state) for row in Refund.objects.all()] == [
        ("host_cancelled", 4500, "done")
    ]
    assert not payments.order_of("registration", session.registrations.get(person=outsider).pk).is_unpaid
    assert any("It needed 2 people" in letter.body for letter in letters() if learner.email in letter.to)
    assert not Incident.objects.exists()
    assert "cancelled" in Client().get(session.get_absolute_url()).text


def test_with_enough_it_takes_place_also_when_somebody_leaves_later(session, stripe, deliver, learner):  # noqa: F811
    seat = seated(stripe, deliver, session, learner)
    seated(stripe, deliver, session, make_user("Second Buyer"))
    assert services.decide_due(now=session.starts_at - 48 * HOUR) == 0
    services.cancel_registration(registration=seat, by=learner)
    assert services.decide_due(now=session.starts_at - 24 * HOUR) == 0
    assert not SkillSession.objects.get().is_cancelled


def test_one_that_was_moved_at_the_same_moment_is_decided_later(session, monkeypatch):
    moment = session.starts_at - 48 * HOUR

    def moved_before_the_lock(pk):
        later = {"starts_at": session.starts_at + 24 * HOUR, "ends_at": session.ends_at + 24 * HOUR}
        SkillSession.objects.filter(pk=pk).update(**later)
        return lock(pk)

    monkeypatch.setattr(deciding, "lock", moved_before_the_lock)
    assert services.decide_due(now=moment) == 0
    session.refresh_from_db()
    assert session.decided_at is None


def test_it_is_said_on_the_page_and_written_by_the_host(session, expert, client, skill):
    page = Client().get(session.get_absolute_url()).text
    assert "Takes place from 2 people on" in page
    assert "With fewer it is called off" in page
    client.force_login(expert)
    start = timezone.now() + timedelta(days=30)
    form = {
        "title": "One for some", "outcome": "Know more.", "skills": skill.slug, "kind": "workshop", "level": "3",
        "language": "en", "date": f"{start:%Y-%m-%d}", "time": "12:00", "minutes": "90", "time_zone": "UTC",
        "format": "online", "capacity": "5", "cancellation_hours": "24", "least_seats": "6", "decide_hours": "72",
    }  # fmt: skip
    answer = client.post("/sessions/new/", form)
    assert answer.status_code == 422
    assert "That is more than there are seats." in answer.text


def test_a_moment_that_is_over_is_refused(expert, skill):
    draft = make_session(
        expert, about=[skill], published=False, starts_in=timedelta(hours=30), least_seats=3, decide_hours=48
    )
    with pytest.raises(services.HostingRefused, match="decided_too_early"):
        services.publish(session=draft, by=expert)
