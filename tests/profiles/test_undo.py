"""Undo instead of "are you sure?": what was done by one press is as it was after one more."""

from datetime import time

import pytest

from features.accounts.models import RoleGrant
from features.calendar import services as calendar
from features.calendar.models import MIDNIGHT, WeeklyHours
from features.library.models import Work
from features.mentoring import services as mentoring
from features.mentoring.models import Dismissal, MentorPage, Offer
from features.notifications import services as notifications
from features.notifications.models import Follow
from features.profiles.blocks import PARTS
from features.skills import models as skills
from tests.factories import make_session
from tests.library.conftest import write
from tests.undoing import undo

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def own(client, expert):
    client.force_login(expert)
    return client


@pytest.fixture(scope="module")
def page(expert, skill):
    return mentoring.save_mentor_page(page=MentorPage(person=expert, languages=["en"], capacity=2), topics=[skill])


def test_what_somebody_follows_is_followed_again_as_before(client, learner, expert):
    client.force_login(learner)
    key = f"person:{expert.pk}"
    notifications.follow(person=learner, key=key, level="inbox")
    removed = client.post(f"/follows/{key}/", {"act": "unfollow", "list": "yes"}, follow=True)
    assert not Follow.objects.exists()
    assert expert.name in undo(client, removed).text
    assert Follow.objects.get().level == "inbox"


@pytest.mark.parametrize("ends", [time(12), MIDNIGHT])
def test_free_hours(client, learner, ends):
    client.force_login(learner)
    calendar.keep_free(person=learner, hours=[(2, time(9, 30), ends)])
    pk = WeeklyHours.objects.get().pk
    undo(client, client.post(f"/account/weekly-hours/{pk}/removal/", follow=True))
    assert WeeklyHours.objects.values_list("weekday", "starts", "ends").get() == (2, time(9, 30), ends)


def test_a_closed_offer_is_open_again_to_its_mentor_alone(own, learner, page):
    offer = mentoring.save_offer(offer=Offer(mentor=page.person, title="An hour", minutes=60))
    place = f"/mentoring/offers/{offer.pk}/closing/"
    closed = own.post(place, follow=True)
    assert Offer.objects.get().closed_at
    own.force_login(learner)
    assert own.post(place, {"act": "reopen"}).status_code == 404
    own.force_login(page.person)
    undo(own, closed)
    assert Offer.objects.get().closed_at is None
    assert own.post(place, {"act": "reopen"})["Location"] == "/mentoring/offers/"  # a second tap
    assert own.post(place, {"act": "reopen", "once": "more"}).status_code == 404


def test_who_mentors_no_more_opens_no_offer_again(own, page):
    offer = mentoring.save_offer(offer=Offer(mentor=page.person, title="An hour", minutes=60))
    closed = own.post(f"/mentoring/offers/{offer.pk}/closing/", follow=True)
    RoleGrant.objects.all().delete()
    undo(own, closed)
    assert Offer.objects.get().closed_at


@pytest.mark.parametrize("how", ["not_now", "never"])
def test_a_mentor_who_is_not_wanted(client, learner, skill, page, how):
    skills.Goal.objects.create(person=learner, skill=skill, level=3)
    client.force_login(learner)
    undo(client, client.post("/mentors/amara-okonjo/dismissal/", {"how": how}, follow=True))
    assert not Dismissal.objects.exists()


def test_what_was_thrown_away_or_taken_off_the_list(own, expert, skill):
    work = write(expert, skill)
    undo(own, own.post(f"/library/{work.pk}/publication/", {"act": "withdraw"}, follow=True))
    assert Work.objects.get().is_listed
    draft = write(expert, skill, published=False, title="Another")
    undo(own, own.post(f"/library/{draft.pk}/removal/", follow=True))
    assert Work.objects.get(pk=draft.pk).removed_at is None


def test_a_draft_of_a_session(own, expert, skill):
    session = make_session(expert, about=[skill], published=False)
    undo(own, own.post(f"{session.get_absolute_url()}removal/", follow=True))
    session.refresh_from_db()
    assert session.removed_at is None


ENTRIES = {
    "work": {"position_held": "Engineer, R&D", "organisation": "Parcels", "started_on": "2019-04", "is_current": "on"},
    "projects": {"name": "A “faster” report", "summary": "From 40 s to 1 s.", "highlights": "One\nTwo"},
    "skills": {"skill": "PostgreSQL", "level": "4"},
    "goals": {"skill": "PostgreSQL", "level": "5", "reason": "Ours grow"},
    "languages": {"code": "pt", "fluency": "3"},
}


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
@pytest.mark.parametrize("block", ENTRIES)
def test_a_row_of_a_profile(own, expert, skill, block, headers):
    model = PARTS[block].model
    assert own.post(f"/account/profile/{block}/", ENTRIES[block]).status_code == 303
    own.get(f"/account/profile/{block}/")  # what was said of it is read
    before = model.objects.values().get()
    removed = own.post(f"/account/profile/{block}/{before['id']}/removal/", headers=headers, follow=not headers)
    assert not model.objects.exists()
    undo(own, removed)
    after = model.objects.values().get()
    changing = {"id", "created_at", "declared_at", "updated_at"}
    assert {k: v for k, v in after.items() if k not in changing} == {
        k: v for k, v in before.items() if k not in changing
    }
