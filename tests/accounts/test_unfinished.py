"""Section 12, drafts: what is typed into a form is kept by its page, and stands there again."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from features.accounts.models import Unfinished
from features.accounts.services import forget_old_unfinished, keep_unfinished
from features.sessions.models import Recap
from tests.factories import make_session

pytestmark = pytest.mark.django_db
BY_ITSELF = {"HX-Request": "true", "By-Itself": "yes"}
KEPT = "What you had typed is back"


@pytest.fixture(scope="module")
def session(expert):
    return make_session(expert, starts_in=timedelta(days=-1))


@pytest.fixture(scope="module")
def page(session):
    return reverse("recap", args=[session.pk, session.slug])


@pytest.fixture(scope="module")
def place(session):
    return reverse("unfinished", args=[f"recap-{session.pk}"])


def test_it_stands_in_the_form_again_until_it_is_sent(client, expert, page, place):
    client.force_login(expert)
    assert f'hx-post="{place}"' in client.get(page).text
    typed = {
        "act": "save",
        "notes": "Begin with **loops**.",
        "notes_for": "everybody",
        "tell": "on",
        "password": "mine",
    }
    said = client.post(place, typed, headers=BY_ITSELF)
    assert "Kept at" in said.text
    assert "mine" not in Unfinished.objects.get().data
    back = client.get(page).text
    assert KEPT in back
    assert "Begin with **loops**." in back
    sent = {"act": "save", "notes": "Begin with **loops**.", "notes_for": "everybody", "recording_for": "everybody"}
    assert client.post(page, sent).status_code == 303
    assert Recap.objects.exists()
    assert not Unfinished.objects.exists()


def test_it_is_thrown_away_and_leads_back_to_the_form(client, expert, page, place):
    client.force_login(expert)
    client.post(place, {"notes": "Half a"}, headers=BY_ITSELF)
    assert client.post(place, {"discard": page})["Location"] == page
    assert KEPT not in client.get(page).text
    assert client.post(place, {"discard": "https://elsewhere.example/"})["Location"] == "/"


def test_it_is_its_authors_alone(client, expert, learner, page, place):
    client.force_login(learner)
    client.post(place, {"notes": "Not of the host"}, headers=BY_ITSELF)
    client.force_login(expert)
    assert "Not of the host" not in client.get(page).text


def test_few_are_kept_and_not_for_ever(learner, rf):
    now = timezone.now()
    for n in range(52):
        data = rf.post("/", {"text": f"{n}"}).POST
        keep_unfinished(person=learner, key=f"task-{n}", data=data, now=now + timedelta(seconds=n))
    assert Unfinished.objects.count() == 50
    assert not Unfinished.objects.filter(key="task-1").exists()
    assert forget_old_unfinished(now + timedelta(days=61)) == 50
