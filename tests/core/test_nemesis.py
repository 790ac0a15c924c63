"""F7: the short form of `bin/prove nemesis`, without the crash of Postgres, which other tests are using."""

import pytest

from features.notifications.models import Notification
from features.sessions import services
from features.sessions.models import SkillSession
from tests.factories import make_session
from tests.prove.nemesis import nemesis, web_killed, worker_killed
from tests.prove.nemesis_world import verdict


def test_people_press_while_web_and_worker_are_killed_and_nothing_is_lost_or_double():
    found = nemesis(3, [worker_killed, web_killed], pauses=(1.0, 2.0), workers=1)
    assert found["blows"]
    assert found["happened"]["seats taken"]
    assert not found["faults"]


@pytest.mark.django_db
def test_what_is_wrong_is_seen(learner, expert):
    session = make_session(expert)
    services.register(session=session, person=learner)
    assert "counters that are off" not in verdict()["faults"]
    SkillSession.objects.update(seats_taken=3)
    Notification.objects.all().delete()
    assert verdict()["faults"]["counters that are off"] == 1
