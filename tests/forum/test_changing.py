"""Wordings, votes against, what settles a question: who may change what, and what readers see of it."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core.jobs import run_pending
from core.limits import RateLimited
from features.accounts.models import AuditEntry, User
from features.discovery.models import Document
from features.forum import services
from features.forum.models import Board, Post, Revision, Thread
from features.forum.wording import difference
from features.moderation import services as moderation
from features.notifications.models import Notification
from features.skills.services import record_evidence
from tests.factories import make_user
from tests.forum.conftest import ask

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def answer(thread, helper):
    return services.reply(author=helper, thread=thread, text="Because it is small.\n\nRun analyze.")


@pytest.fixture(scope="module")
def moderator(kept):
    return make_user("Oskar Lindqvist", role="moderator")


def told(person):
    return list(Notification.objects.filter(recipient=person).order_by("pk").values_list("kind", flat=True))


def old(post, **by):
    Post.objects.filter(pk=post.pk).update(created_at=timezone.now() - timedelta(**by))
    post.refresh_from_db()
    return post


class TestEditing:
    def test_a_slip_is_put_right_without_a_trace_and_later_each_wording_is_kept(self, client, answer, helper):
        client.force_login(helper)
        url = f"/forum/posts/{answer.pk}/edit/"
        assert client.post(url, {"text": "Because it is tiny."}).status_code == 303
        assert not Revision.objects.exists()
        old(answer, hours=1)
        got = client.post(url, {"text": "Because it is `tiny` <b>.", "reason": "Shorter"})
        assert (got.status_code, got["Location"]) == (303, f"/forum/posts/{answer.pk}/")
        answer.refresh_from_db()
        assert "<code>tiny</code>" in answer.html
        assert answer.edited_at
        page = client.get(f"/forum/posts/{answer.pk}/history/").text
        assert "Because it is <ins>`</ins>tiny" in page
        assert "&lt;b&gt;" in page
        assert "Shorter" in page
        assert "edited" in client.get(answer.thread.get_absolute_url()).text

    def test_the_title_of_a_question_is_part_of_its_wording_and_its_address_follows(self, client, thread, asker):
        opening = old(thread.posts.get(), hours=1)
        client.force_login(asker)
        wording = {"title": "Why does the planner ignore my index?", "text": opening.text}
        client.post(f"/forum/posts/{opening.pk}/edit/", wording)
        former = thread.get_absolute_url()
        thread.refresh_from_db()
        assert thread.slug == "why-does-the-planner-ignore-my-index"
        assert client.get(former)["Location"] == thread.get_absolute_url()
        assert Document.objects.get(kind="thread").title == thread.title
        assert Revision.objects.earliest("pk").title.startswith("Why does Postgres")

    def test_a_moderator_says_why_and_others_may_not(self, client, answer, asker, moderator):
        with pytest.raises(services.ForumRefused, match="not_yours"):
            services.edit(by=asker, post=answer, text="Nonsense")
        client.force_login(moderator)
        url = f"/forum/posts/{answer.pk}/edit/"
        assert client.post(url, {"text": "Because it is small."}).status_code == 422
        assert client.post(url, {"text": "Because it is small.", "reason": "An address"}).status_code == 303
        assert Revision.objects.count() == 2
        assert AuditEntry.objects.filter(act="post.edited", target=f"post:{answer.pk}").exists()

    def test_one_wording_is_hidden_or_all_former_ones_erased(self, client, answer, helper, moderator):
        old(answer, hours=1)
        for text in ("My key is hunter2.", "My key is no longer here."):
            services.edit(by=helper, post=answer, text=text)
        secret = Revision.objects.get(text__contains="hunter2")
        with pytest.raises(services.ForumRefused, match="not_a_moderator"):
            services.hide_revision(by=helper, revision=secret, reason="Mine")
        with pytest.raises(services.ForumRefused, match="current"):
            services.hide_revision(by=moderator, revision=Revision.objects.latest("pk"), reason="No")
        with pytest.raises(services.ForumRefused, match="reason"):
            services.redact_history(by=moderator, post=answer, reason=" ")
        services.hide_revision(by=moderator, revision=secret, reason="A password")
        url = f"/forum/posts/{answer.pk}/history/"
        page = client.get(url).text
        assert "hunter2" not in page
        assert "A password" in page
        client.force_login(moderator)
        assert "hunter2" in client.get(url).text
        assert "Show it to readers again" in client.get(url).text
        assert services.redact_history(by=moderator, post=answer, reason="A password") == 2
        assert "Show it to readers again" not in client.get(url).text
        assert not Revision.objects.filter(text__contains="hunter2").exists()
        assert "hunter2" not in client.get(url).text

    def test_a_moderator_does_it_on_the_page_with_a_reason(self, client, thread, helper, moderator):
        answer = services.reply(author=helper, thread=thread, text="My key is hunter2.")
        Post.objects.filter(pk=answer.pk).update(created_at=timezone.now() - timedelta(days=1))
        for text in ("My key is in the vault.", "The key is in the vault."):
            services.edit(by=helper, post=answer, text=text)
        secret = Revision.objects.get(text__contains="hunter2")
        page, acts = f"/forum/posts/{answer.pk}/history/", f"/forum/posts/{answer.pk}/history/wordings/"
        client.force_login(helper)
        assert "Hide this wording" not in client.get(page).text
        assert client.post(acts, {"act": "erase", "reason": "Mine"}).status_code == 404
        client.force_login(moderator)
        assert client.get(page).text.count("Hide this wording from readers") == 2  # not of what it says now
        missing = client.post(acts, {"act": "hide", "wording": secret.pk, "reason": " "})
        assert (missing.status_code, "Say why" in missing.text) == (422, True)
        now = Revision.objects.filter(post=answer).latest("pk")
        assert client.post(acts, {"act": "hide", "wording": now.pk, "reason": "No"}).status_code == 422
        assert client.post(acts, {"act": "hide", "wording": 0, "reason": "No"}).status_code == 404
        client.post(acts, {"act": "hide", "wording": secret.pk, "reason": "A key"})
        assert "hunter2" not in Client().get(page).text
        client.post(acts, {"act": "show", "wording": secret.pk})
        assert "hunter2" in Client().get(page).text
        answer_to_it = client.post(acts, {"act": "erase", "reason": "A key"}, follow=True)
        assert "erased for good" in answer_to_it.text
        assert not Revision.objects.filter(text__contains="hunter2").exists()
        assert client.post(acts, {"act": "show", "wording": secret.pk}).status_code == 422


class TestVotingDown:
    def test_ten_a_day_and_three_for_one_person(self, board, thread, asker, skill):
        voter, victim = make_user("Jonas Weber"), make_user("Kwame Boateng")
        Post.objects.filter(pk=services.reply(author=voter, thread=thread, text="Good").pk).update(ups=5)
        posts = [services.reply(author=victim, thread=thread, text=f"Answer {n}") for n in range(4)]
        for post in posts[:3]:
            services.vote(person=voter, post=post, value=-1)
        with pytest.raises(RateLimited):
            services.vote(person=voter, post=posts[3], value=-1)
        others = [services.reply(author=make_user(f"Person {n}"), thread=thread, text="x") for n in range(8)]
        for post in others[:7]:
            services.vote(person=voter, post=post, value=-1)
        with pytest.raises(RateLimited):
            services.vote(person=voter, post=others[7], value=-1)


class TestAcceptance:
    def test_a_moderator_may_accept_settle_it_and_leave_it_to_the_asker_again(self, client, answer, asker, moderator):
        opening = answer.thread.posts.get(part="opening")

        def act(name, by):
            moderation.act(by=by, name=name, keys=[f"post:{opening.pk}"], reason="tidying")

        services.accept(by=moderator, post=answer)
        client.force_login(moderator)
        assert "/moderation/acts/settle/" in client.get(answer.thread.get_absolute_url()).text
        act("settle", moderator)
        with pytest.raises(services.ForumRefused, match="acceptance_locked"):
            services.take_back_acceptance(by=asker, post=answer)
        client.force_login(asker)
        page = client.get(answer.thread.get_absolute_url()).text
        assert "Settled by a moderator" in page
        assert "It did not solve it" not in page
        with pytest.raises(moderation.ModerationRefused, match="not_yours"):
            act("unsettle", asker)
        act("unsettle", moderator)
        services.take_back_acceptance(by=asker, post=answer)
        assert "answer_accepted" in told(answer.author)

    def test_an_old_answer_is_asked_about_marked_and_confirmed(self, client, answer, asker, helper, letters):
        Board.objects.update(shelf_months=6)
        now = timezone.now()
        services.accept(by=asker, post=Post.objects.get(pk=answer.pk), now=now - timedelta(days=200))
        assert Document.objects.get(kind="thread").standing == 13
        assert services.mark_stale(now) == 1
        assert services.mark_stale(now) == 0
        thread = Thread.objects.get()
        assert thread.is_stale
        assert Document.objects.get(kind="thread").standing == 8
        assert told(helper) == ["answer_accepted", "answer_ageing"]
        assert "nobody has confirmed it since" in client.get(thread.get_absolute_url()).text
        with pytest.raises(services.ForumRefused, match="not_an_expert"):
            services.confirm(by=asker, thread=thread)
        letter = next(letter for letter in letters() if letter.subject.startswith("Is it still true?"))
        client.force_login(helper)
        page = client.get(re.search(r"https?://[^/\s]+(/forum/posts/\d+/)", letter.body)[1], follow=True)
        assert "?at=" in page.redirect_chain[0][0]
        assert "It is still true" in page.text
        client.post(f"{thread.get_absolute_url()}confirmation/")
        thread.refresh_from_db()
        assert (thread.is_stale, thread.confirmed_by) == (False, helper)
        assert thread.ages_at > now + timedelta(days=170)
        assert Document.objects.get(kind="thread").standing == 13

    def test_a_board_without_a_shelf_life_asks_nobody(self, answer, asker):
        services.accept(by=asker, post=answer, now=timezone.now() - timedelta(days=4000))
        assert services.mark_stale() == 0

    def test_experts_are_asked_where_the_author_is_gone(self, client, answer, asker, helper, skill, letters):
        Board.objects.update(shelf_months=6)
        now = timezone.now()
        services.accept(by=asker, post=answer, now=now - timedelta(days=200))
        User.objects.filter(pk=helper.pk).update(is_active=False)
        knows, others = make_user("Ngozi Eze", role="expert"), [make_user(f"Expert {n}", role="expert") for n in "12"]
        record_evidence(
            person=knows, skill=skill, kind="answer_accepted", strength=0.3, happened_at=now, source="post:0"
        )
        letters()
        assert services.mark_stale(now) == 1
        assert [told(person) for person in (knows, *others)] == [["answer_ageing"], ["answer_ageing"], []]
        assert told(helper) == ["answer_accepted"]
        letter = next(letter for letter in letters() if letter.to == [knows.email])
        assert "you are an expert" in letter.body
        client.force_login(knows)
        assert "Is the answer to" in client.get("/inbox/").text

    def test_nobody_is_asked_about_more_than_three_in_a_night(self, answer, asker, board, helper, skill):
        Board.objects.update(shelf_months=6)
        now = timezone.now()
        for number in range(4):
            post = services.reply(author=helper, thread=ask(board, asker, skill, title=f"Why {number}?"), text="So.")
            services.accept(by=asker, post=post, now=now - timedelta(days=200))
        assert services.mark_stale(now) == 4
        assert told(helper).count("answer_ageing") == 3
        assert Thread.objects.filter(is_stale=True).count() == 4

    def test_what_was_accepted_before_ages_too_once_its_board_says_so(self, answer, asker, moderator):
        board, now = answer.thread.board, timezone.now()
        services.accept(by=asker, post=answer, now=now - timedelta(days=200))
        thread = Thread.objects.get()
        for months, is_stale in ((6, True), (12, False), (6, True), (0, False)):
            board.shelf_months = months
            services.save_board(board=board, by=moderator)
            run_pending()
            services.mark_stale(now)
            thread.refresh_from_db()
            assert (thread.is_stale, thread.ages_at is None) == (is_stale, not months)
            assert Document.objects.get(kind="thread").standing == (8 if is_stale else 13)

    def test_with_an_answer_goes_what_was_said_of_its_age(self, client, answer, asker, helper, moderator):
        Board.objects.update(shelf_months=6)
        now, thread = timezone.now(), answer.thread
        services.accept(by=asker, post=Post.objects.get(pk=answer.pk), now=now - timedelta(days=200))
        services.mark_stale(now)
        [entry] = moderation.act(by=moderator, name="remove", keys=[f"post:{answer.pk}"], reason="harmful")
        thread.refresh_from_db()
        assert (thread.accepted_id, thread.is_stale, thread.ages_at) == (None, False, None)
        assert "nobody has confirmed it" not in client.get(thread.get_absolute_url()).text
        assert Document.objects.get(kind="thread").standing == 10
        moderation.undo(by=moderator, entry=entry)
        thread.refresh_from_db()
        assert (thread.accepted_id, thread.is_stale) == (answer.pk, True)
        assert Document.objects.get(kind="thread").standing == 8


class TestWithoutAName:
    def test_no_reader_learns_who_asked_and_moderators_do(self, client, board, asker, helper, skill, moderator):
        thread = ask(board, asker, skill, is_anonymous=True)
        answer = services.reply(author=helper, thread=thread, text=f"What do you mean, @{asker.handle}?")
        post = services.reply(author=asker, thread=thread, text="I mean the small one.")
        services.remark(author=asker, post=answer, text="The @amara-okonjo one.")
        old(post, hours=1)
        services.edit(by=asker, post=post, text="I mean the tiny one.")
        urls = [
            thread.get_absolute_url(),
            "/forum/",
            "/search/?q=index",
            "/forum/?q=index",
            "/forum/feed.atom",
            f"{thread.get_absolute_url()}feed.atom",
            f"/forum/posts/{post.pk}/history/",
            f"/forum/posts/{answer.pk}/comments/",
            f"/forum/posts/{post.pk}/comments/",
        ]
        for reader in (None, helper):
            if reader:
                client.force_login(reader)
            for url in urls:
                text = client.get(url).text.replace(f"@{asker.handle}", "").replace(f'/people/{asker.handle}/">', "")
                assert asker.name not in text, url
                assert asker.handle not in text, url
        assert thread.title not in client.get(f"/forum/?author={asker.handle}").text
        assert thread.title in client.get(f"/forum/?author=@{helper.handle}").text
        assert asker.name not in client.get("/inbox/").text
        client.force_login(moderator)
        page = client.get(thread.get_absolute_url()).text
        assert asker.name in page
        assert "without a name to readers" in page


def test_what_is_made_to_be_compared_for_minutes_is_another_whole():
    """Each reader of a history would have to wait for it."""
    for one, other in (("a " * 10_000, "b a " * 5_000), ("a\nb\n" * 5_000, "b\na\nc\n" * 3_000)):
        said = difference(one, other)
        assert (said.count("<del>"), said.count("<ins>")) in ((1, 1), (10_000, 9_000))
    assert difference("I had *some* lines.", "I had few lines.") == "I had <del>*some*</del><ins>few</ins> lines.\n"
