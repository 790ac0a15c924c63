"""One line at the top of every page, for members and strangers, until its end."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from features.accounts.models import AuditEntry
from features.marketing.announcing import announce, end_announcement
from features.marketing.models import Announcement
from tests.accounts.conftest import add_totp, log_in

pytestmark = pytest.mark.django_db
WORDS = "Tonight from 22:00 the site rests for an hour."


@pytest.fixture
def in_charge(client, organiser):
    log_in(client, organiser, add_totp(organiser))
    return client


def said_on(client, path="/"):
    return WORDS in client.get(path).content.decode()


def test_it_is_said_to_everybody_on_every_page_and_ends(in_charge, organiser, learner):
    member = Client()
    log_in(member, learner)
    assert not said_on(Client())
    answer = in_charge.post("/manage/announcements/", {"words": WORDS, "url": "/sessions/", "hours": 24})
    assert answer.status_code == 303
    for path in ("/", "/sessions/", "/forum/", "/skills/", "/nothing-here/"):
        assert said_on(Client(), path), path
        assert said_on(member, path), path
    assert '<a href="/sessions/">Read more</a>' in member.get("/").content.decode()
    made = Announcement.objects.get()
    in_charge.post("/manage/announcements/", {"stop": made.pk})
    assert not said_on(Client())
    assert not said_on(member)
    acts = AuditEntry.objects.filter(target=f"announcement:{made.pk}").order_by("id")
    assert [(entry.actor_id, entry.act) for entry in acts] == [
        (organiser.pk, "announcement.made"), (organiser.pk, "announcement.ended"),
    ]  # fmt: skip


def test_it_is_over_when_its_time_is(organiser):
    announce(by=organiser, words=WORDS, hours=4, now=timezone.now() - timedelta(hours=5))
    assert not said_on(Client())


def test_a_new_one_takes_the_place_of_the_one_before(organiser):
    first = announce(by=organiser, words="Something else.", hours=4)
    announce(by=organiser, words=WORDS, hours=4)
    page = Client().get("/").content.decode()
    assert WORDS in page
    assert "Something else." not in page
    assert not end_announcement(by=organiser, announcement=first)


def test_a_member_is_told_without_another_query(organiser, client, learner):
    log_in(client, learner)
    client.get("/skills/")
    with CaptureQueriesContext(connection) as without:
        client.get("/skills/")
    announce(by=organiser, words=WORDS, hours=4)
    with CaptureQueriesContext(connection) as told:
        assert said_on(client, "/skills/")
    assert len(told) == len(without)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "//evil.example", "http://plain.example", "/\\evil", "sessions"]
)
def test_it_leads_to_a_page_here_or_to_one_behind_https(in_charge, url):
    answer = in_charge.post("/manage/announcements/", {"words": WORDS, "url": url, "hours": 24})
    assert answer.status_code == 422
    assert "Begin with /" in answer.content.decode()
    assert not Announcement.objects.exists()


def test_what_cannot_be_seen_is_not_announced(in_charge):
    assert in_charge.post("/manage/announcements/", {"words": "\u2060", "hours": 24}).status_code == 422
