"""The queue: what comes first, who has it, the whole person beside it, several at once."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from features.accounts.health import findings
from features.forum import services as forum
from features.forum.models import Board, Post
from features.moderation import services
from features.moderation.models import Case, Note
from features.moderation.services import ModerationRefused
from features.moderation.urgency import urgency
from tests.accounts.conftest import add_totp
from tests.factories import make_session, make_user
from tests.forum.conftest import ask

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def thread(learner, skill):
    board = Board.objects.create(name="Databases", slug="databases", about="Queries and plans", skill=skill)
    return ask(board, learner, skill)


def reported(thread, author, reason="rude", hours=1, words="Words of no help to anybody."):
    post = forum.reply(author=author, thread=thread, text=words)
    now = timezone.now() - timedelta(hours=hours)
    Case.objects.filter(person=author, cause="first").delete()
    services.flag(person=thread.author, key=f"post:{post.pk}", reason=reason, now=now)
    return Case.objects.get(kind="post", ref=str(post.pk))


def first_of(person):
    return [one.case for one in services.line(person) if one.case.cause == "flags"]


def test_harm_age_and_confidence():
    assert urgency(harm=4, weight=1, hours=1) > urgency(harm=1, weight=1, hours=5)
    assert urgency(harm=2, weight=1, hours=9) > urgency(harm=2, weight=1, hours=1)
    assert urgency(harm=2, weight=3, hours=1) > urgency(harm=2, weight=1, hours=1)
    assert urgency(harm=1, weight=0, hours=1) > 0  # a first post moves up as well


def test_the_worst_first_and_by_claim_each_has_one_reader(as_moderator, moderator, second, thread, expert, outsider):
    mild = reported(thread, expert, "off_topic")
    bad = reported(thread, outsider, "personal")
    assert first_of(moderator) == [bad, mild]
    as_moderator.post(f"/moderation/cases/{bad.pk}/", {"act": "claim"})
    assert "Yours until" in as_moderator.get(f"/moderation/cases/{bad.pk}/").text
    with pytest.raises(ModerationRefused, match="claimed"):
        services.claim_case(by=second, case=bad)
    with pytest.raises(ModerationRefused, match="claimed"):
        services.decide(by=second, case=bad, outcome="kept")
    later = timezone.now() + services.CASE_CLAIM
    services.claim_case(by=second, case=bad, now=later)  # who had it has gone home
    services.release_case(by=second, case=bad)
    services.decide(by=moderator, case=bad, outcome="ignored")
    with pytest.raises(ModerationRefused, match="decided"):
        services.decide(by=second, case=bad, outcome="kept")
    assert first_of(moderator) == [mild]


def test_a_claim_ends_with_the_role_of_whoever_had_it(as_moderator, moderator, second, thread, outsider):
    case = reported(thread, outsider, "personal")
    services.claim_case(by=second, case=case)
    page = f"/moderation/cases/{case.pk}/"
    assert f"{second.name} is looking at this" in as_moderator.get(page).text
    second.role_grants.update(revoked_at=timezone.now())
    assert "I look at this one" in as_moderator.get(page).text
    as_moderator.post(page, {"act": "claim"})
    assert "Yours until" in as_moderator.get(page).text
    services.decide(by=moderator, case=case, outcome="kept")


def test_nobody_decides_about_themselves(moderator, as_moderator, thread):
    own = reported(thread, moderator)
    assert own not in first_of(moderator)
    assert as_moderator.get(f"/moderation/cases/{own.pk}/").status_code == 404
    with pytest.raises(ModerationRefused, match="own"):
        services.decide(by=moderator, case=own, outcome="kept")


def test_the_whole_person_is_beside_it_without_money_or_address(as_moderator, moderator, thread, expert):
    services.write_note(by=moderator, person=expert, words="Talked to her in spring.")
    services.impose(by=moderator, person=expert, kind="limit", ability="host", reason="Late twice")
    case = reported(thread, expert, words="Look at my other words.")
    page = as_moderator.get(f"/moderation/cases/{case.pk}/").text
    for told in (
        "Talked to her in spring.",
        "Publish and change sessions",
        "Posts in the forum",
        "Look at my other words.",
    ):
        assert told in page
    assert expert.email not in page
    assert "€" not in page
    as_moderator.post(f"/moderation/cases/{case.pk}/", {"act": "note", "note": "Once more."})
    assert Note.objects.filter(person=expert).count() == 2
    assert as_moderator.post(f"/moderation/cases/{case.pk}/", {"act": "note", "note": ""}).status_code == 422


class TestWhatCanBeDecided:
    def test_what_concerns_the_thing_stands_out_and_the_rest_is_calm(self, as_moderator, thread, expert):
        page = as_moderator.get(f"/moderation/cases/{reported(thread, expert).pk}/").text
        buttons = re.findall(r'class="btn full[^"]*"[^>]*>.*?</svg>([^<]+)<', page)
        assert buttons == ["Let it stand", "Hide until it is edited", "Remove"]
        rest = re.findall(r'<h3 class="kicker">([^<]+)</h3>(.*?)</ul>', page, re.DOTALL)
        assert [(about, re.findall(r"</svg>([^<]+)</a>", acts)) for about, acts in rest] == [
            ("The thread", ["Make a thread of its own"]),
            ("The post", ["Take words out"]),
            ("The author", ["Warn the author", "Silence the author", "Suspend the author"]),
        ]

    def test_letting_it_stand_shows_what_is_held_and_is_offered_once(self, as_moderator, thread, expert):
        case = reported(thread, expert)
        Post.objects.filter(pk=case.ref).update(state="held")
        page = as_moderator.get(f"/moderation/cases/{case.pk}/").text
        assert "Show it, nothing is wrong" in page
        assert "Show it again" not in page

    def test_where_only_the_person_is_concerned_that_stands_out(self, as_moderator, learner, expert):
        case = services.flag(person=learner, key=f"person:{expert.pk}", reason="rude").case
        page = as_moderator.get(f"/moderation/cases/{case.pk}/").text
        assert re.search(r'class="btn full danger"[^>]*>.*?Suspend the author', page)


def test_several_are_let_stand_at_once_after_a_look(as_moderator, thread, expert, outsider):
    cases = [reported(thread, person) for person in (expert, outsider)]
    query = {"on": [case.key for case in cases]}
    assert "Let all stand" in as_moderator.get("/moderation/selection/", query).text
    assert as_moderator.post("/moderation/selection/", query | {"outcome": "kept"}).status_code == 303
    assert set(Case.objects.filter(pk__in=[case.pk for case in cases]).values_list("outcome", flat=True)) == {"kept"}


def test_sessions_and_profiles_come_here_too(as_learner, as_moderator, learner, expert, skill):
    session = make_session(expert, about=[skill])
    for path in (session.get_absolute_url(), expert.get_absolute_url()):
        assert "/reports/" in as_learner.get(path).text
    as_learner.post(f"/reports/session/{session.pk}/", {"reason": "harmful", "words": ""})
    as_learner.post(f"/reports/person/{expert.pk}/", {"reason": "rude", "words": ""})
    page = as_moderator.get("/moderation/").text
    assert session.title in page
    assert expert.name in page
    case = Case.objects.get(kind="session")
    assert "Suspend the author" in as_moderator.get(f"/moderation/cases/{case.pk}/").text


def test_lists_take_as_many_queries_for_many_as_for_few(as_moderator, thread, moderator):
    def taken(path):
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert as_moderator.get(path).status_code == 200
        return len(found)

    paths = (
        "/moderation/",
        "/moderation/?show=done",
        "/moderation/log/",
        "/moderation/appeals/",
        "/moderation/figures/",
    )

    def some(count):
        for n in range(count):
            person = make_user(f"Writer {n} of {count}")
            case = reported(thread, person)
            other = reported(thread, person)
            [entry] = services.act(by=moderator, name="hide", keys=[other.key], reason="rude")
            services.appeal_act(person=person, entry=entry, words="No.")
            assert case.decided_at is None

    some(1)
    few = [taken(path) for path in paths]
    some(5)
    assert [taken(path) for path in paths] == few


class TestWhatWaits:
    def test_the_page_of_the_site_says_what_waits_and_leads_there(self, client, organiser, expert):
        found = {finding.label: finding for finding in findings()}
        assert found["What was reported"].is_fine
        Case.objects.create(kind="person", ref=str(expert.pk), person=expert, cause=Case.Cause.FLAGS)
        found = {finding.label: finding for finding in findings()}
        assert not found["What was reported"].is_fine
        assert found["What was reported"].words.startswith("1 waits")
        add_totp(organiser)
        client.force_login(organiser)
        page = client.get("/manage/").text
        assert 'href="/moderation/">What was reported' in page
        assert page.index("What was reported") < page.index("Nothing is stuck")  # what needs somebody comes first
