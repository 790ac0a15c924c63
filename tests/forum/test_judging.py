"""Votes and the accepted answer, and what they prove."""

import pytest

from features.forum import services
from features.forum.models import Post, Thread, Vote
from features.skills import services as skills
from features.skills.models import SkillEvidence
from tests.factories import make_user
from tests.forum.conftest import ask

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(scope="module")
def answer(thread, helper):
    return services.reply(author=helper, thread=thread, text="Because it is small.")


def voters(count):
    return [make_user(f"Voter number {n}") for n in range(count)]


def proven(person):
    rows = SkillEvidence.objects.standing().filter(person=person).order_by("kind")
    return [(row.kind, row.source) for row in rows]


class TestVotes:
    def test_a_vote_counts_once_changes_and_is_taken_back(self, client, answer, asker):
        client.force_login(asker)
        url = f"/forum/posts/{answer.pk}/vote/"
        for value, score in (("1", 1), ("1", 1), ("0", 0), ("1", 1)):
            got = client.post(url, {"value": value})
            assert (got.status_code, got["Location"]) == (303, f"/forum/posts/{answer.pk}/")
            answer.refresh_from_db()
            assert (answer.score, answer.ups) == (score, score)
        got = client.post(url, {"value": "0"}, headers=HTMX)
        assert got.text.strip().startswith(f'<form class="line tight" id="vote-{answer.pk}"')
        assert 'aria-pressed="true"' not in got.text
        assert not Vote.objects.exists()

    def test_refusals(self, thread, answer, asker, helper):
        def refused(code, **act):
            with pytest.raises(services.ForumRefused, match=code):
                services.vote(**act)

        refused("own", person=helper, post=answer, value=1)
        refused("too_new", person=asker, post=answer, value=-1)
        comment = services.remark(author=helper, post=answer, text="Look here.")
        refused("gone", person=asker, post=comment, value=1)
        for person in voters(services.TO_VOTE_DOWN):
            services.vote(person=person, post=thread.posts.get(part="opening"), value=1)
        services.vote(person=asker, post=answer, value=-1)
        answer.refresh_from_db()
        assert (answer.score, answer.ups) == (-1, 0)
        thread.refresh_from_db()
        assert thread.score == 3
        Thread.objects.update(closing="locked")
        refused("gone", person=asker, post=answer, value=1)

    def test_a_well_voted_answer_is_evidence_until_it_no_longer_is(self, answer, helper, skill):
        people = voters(4)
        for person in people[:2]:
            services.vote(person=person, post=answer, value=1)
        assert proven(helper) == []
        services.vote(person=people[2], post=answer, value=1)
        assert proven(helper) == [("answer_valued", f"post:{answer.pk}")]
        assert skills.level_of(helper, skill) is not None
        services.vote(person=people[0], post=answer, value=0)
        assert proven(helper) == []

    def test_a_discussion_proves_nothing(self, board, asker, helper, skill):
        post = services.reply(
            author=helper, thread=ask(board, asker, skill, kind="discussion"), text="We write it down."
        )
        for person in voters(3):
            services.vote(person=person, post=post, value=1)
        assert proven(helper) == []


class TestAcceptance:
    def test_one_answer_solves_it_and_another_takes_its_place(self, client, thread, answer, asker, helper):
        other = services.reply(author=make_user("Kwame Boateng"), thread=thread, text="Run analyze.")
        client.force_login(asker)
        got = client.post(f"/forum/posts/{answer.pk}/acceptance/", {"act": "accept"})
        assert got.status_code == 303
        assert proven(helper) == [("answer_accepted", f"post:{answer.pk}")]
        got = client.post(f"/forum/posts/{other.pk}/acceptance/", {"act": "accept"}, headers=HTMX)
        assert f'<article id="post-{other.pk}" class="stack card ok">' in got.text
        assert f'<article id="post-{answer.pk}" class="stack" hx-swap-oob="true">' in got.text
        assert ">Solved</span>" in got.text.partition('<p id="stands" class="kicker" hx-swap-oob="true">')[2]
        assert proven(helper) == []
        assert proven(other.author) == [("answer_accepted", f"post:{other.pk}")]
        client.post(f"/forum/posts/{other.pk}/acceptance/", {"act": "take_back"})
        assert proven(other.author) == []
        assert not Thread.objects.get().is_solved

    def test_only_who_asked_says_so_and_their_own_answer_proves_nothing(self, thread, answer, asker, helper):
        with pytest.raises(services.ForumRefused, match="not_the_asker"):
            services.accept(by=helper, post=answer)
        own = services.reply(author=asker, thread=thread, text="I found it myself.")
        services.accept(by=asker, post=own)
        assert Thread.objects.get().accepted == own
        assert proven(asker) == []
        with pytest.raises(services.ForumRefused, match="gone"):
            services.accept(by=asker, post=thread.posts.get(part="opening"))

    def test_causes_are_told_to_everybody_with_the_way_there(self, client, answer, asker, helper, skill):
        services.accept(by=asker, post=answer)
        page = client.get(f"/people/{helper.handle}/skills/{skill.slug}/")
        told = skills.sources["answer_accepted"].tell([f"post:{answer.pk}"], None)
        assert told[f"post:{answer.pk}"].url == f"/forum/posts/{answer.pk}/"
        assert page.status_code == 404 or "Solved" in page.text
        Post.objects.update(state="hidden")
        assert skills.sources["answer_accepted"].tell([f"post:{answer.pk}"], None) == {}
