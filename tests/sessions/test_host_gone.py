"""12: whoever was at a session keeps what is theirs of it when its host is gone, without the name once it is erased."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from features.accounts import services as accounts
from features.calendar import services as calendar
from features.sessions import services as sessions
from features.sessions.models import SkillSession
from features.skills.models import SkillEvidence
from tests.factories import make_session

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def seat(expert, learner, skill):
    """The learner was there, which is settled, and said how it was."""
    session = make_session(expert, about=[skill])
    seat = sessions.register(session=session, person=learner)
    began = timezone.now() - timedelta(hours=5)
    SkillSession.objects.update(starts_at=began, ends_at=began + timedelta(hours=1))
    seat.session.refresh_from_db()
    sessions.check_in(registration=seat, by=expert)
    sessions.settle_due()
    sessions.write_review(registration=seat, rating=4, words="It was of use.")
    return seat


@pytest.mark.parametrize("is_erased", [False, True], ids=["closed", "erased"])
def test_whoever_was_there_keeps_page_ticket_entry_and_evidence(seat, expert, learner, client, is_erased):
    accounts.close(person=expert, takes_words=True)
    if is_erased:
        accounts.erase_due(now=timezone.now() + timedelta(days=15))
    client.force_login(learner)
    page = seat.session.get_absolute_url()
    bodies = {
        path: client.get(path).content.decode()
        for path in (page, f"{page}registration/", f"{page}registration/calendar.ics", f"{page}review/", "/agenda/")
    }
    bodies["feed"] = client.get(f"/ics/{calendar.open_feed(person=learner).secret}.ics").content.decode()
    bodies["skill"] = client.get(f"/people/{learner.handle}/skills/postgresql/").content.decode()
    bodies["api"] = client.get(f"/api/v1/sessions/{seat.session_id}/").content.decode()
    for path, body in bodies.items():
        assert seat.session.title in re.sub(r"\r?\n ", "", body), path
        assert not is_erased or "Amara" not in body, path
    assert SkillEvidence.objects.filter(person=learner, revoked_at=None).exists()
    leads_to = {
        path for body in bodies.values() for path in re.findall(r'href="(/people/[^"?]+|/sessions/\d[^"?]+)', body)
    }
    assert [path for path in leads_to if client.get(path).status_code == 404] == []
    assert Client().get(page).status_code == 404
