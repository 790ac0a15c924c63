"""What new members meet, and what hidden words never reach."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from core.limits import RateLimited
from features.accounts.access import Ability
from features.accounts.personal_data import export_all
from features.discovery import services as discovery
from features.forum import services
from features.forum.models import Post, Thread
from features.forum.services import ForumRefused, suggesting
from features.moderation import services as moderation
from features.moderation.models import Case
from features.notifications.models import Notification
from tests.factories import make_user
from tests.forum.conftest import ask

pytestmark = pytest.mark.django_db
CANARY = "canary-of-what-was-hidden"
WORD = "quokka"  # what is searched for, which a page may say again


class TestNewMembers:
    def test_a_first_post_is_looked_at_and_shown_meanwhile(self, thread, helper):
        services.reply(author=helper, thread=thread, text="Because it is small.")
        services.reply(author=helper, thread=thread, text="And because it is warm.")
        assert [case.person for case in Case.objects.filter(person=helper)] == [helper]
        assert set(thread.posts.values_list("state", flat=True)) == {"shown"}

    def test_typed_in_no_time_it_waits(self, client, thread, helper):
        client.force_login(helper)
        now = timezone.now()
        with time_machine.travel(now, tick=False):
            began = services.began()
        url = f"{thread.get_absolute_url()}replies/"
        with time_machine.travel(now + timedelta(seconds=2), tick=False):
            client.post(url, {"text": CANARY, "began": began})
        post = Post.objects.get(author=helper)
        assert post.state == "held"
        assert Thread.objects.get().replies == 0
        assert CANARY not in Client().get(thread.get_absolute_url()).text
        mine = client.get(thread.get_absolute_url()).text
        assert CANARY in mine
        assert "A moderator looks at first posts" in mine
        moderator = make_user("Ines Falk", role="moderator")
        moderation.decide(by=moderator, case=Case.objects.get(person=helper), outcome="kept")
        assert CANARY in Client().get(thread.get_absolute_url()).text
        assert Notification.objects.filter(recipient=helper, kind="act_done").exists()
        with time_machine.travel(now + timedelta(seconds=3), tick=False):
            client.post(url, {"text": "The second one in no time.", "began": began})
        assert Post.objects.latest("pk").state == "shown"

    def test_typing_time(self):
        now = timezone.now()
        with time_machine.travel(now, tick=False):
            token = services.began()
        assert services.typing_time(token, now + timedelta(seconds=90)) == pytest.approx(90, abs=1)
        assert services.typing_time(token + "x", now) == 0
        assert services.typing_time(None, now) is None

    def test_links_are_few_until_a_post_was_found_good(self, thread, helper, asker):
        three = "[a](https://a.example) [b](https://b.example) [c](https://c.example)"
        with pytest.raises(ForumRefused, match="links"):
            services.reply(author=helper, thread=thread, text=three)
        post = services.reply(author=helper, thread=thread, text="See [this](https://a.example).")
        assert post.state == "held"  # the first, and it leads elsewhere
        services.set_state(post=post, state="shown")
        services.vote(person=asker, post=post, value=1)
        assert services.reply(author=helper, thread=thread, text=three).state == "shown"
        assert [one.is_earned for one in moderation.progress(helper) if one.ability == Ability.LINK] == [True]
        moderator = make_user("Ines Falk", role="moderator")
        moderation.impose(by=moderator, person=helper, kind="limit", ability="link", reason="Too many links")
        helper.refresh_from_db()
        with pytest.raises(ForumRefused, match="links"):
            services.reply(author=helper, thread=thread, text=three)

    def test_on_the_first_day_three_threads(self, board, skill):
        new = make_user("New Member", joined_at=timezone.now() - timedelta(hours=1))
        for n in range(3):
            ask(board, new, skill, title=f"What does number {n} of my plan mean?")
        with pytest.raises(RateLimited):
            ask(board, new, skill, title="What does the fourth of my plan mean?")


class TestAbilities:
    def test_progress_is_shown_and_one_can_be_taken_away(self, client, thread, helper):
        client.force_login(helper)
        page = client.get("/account/abilities/").text
        assert "0 of 3" in page
        assert "Vote down in the forum" in page
        moderator = make_user("Ines Falk", role="moderator")
        moderation.impose(by=moderator, person=helper, kind="limit", ability="vote_down", reason="Grudge")
        assert "Grudge" in client.get("/account/abilities/").text
        helper.refresh_from_db()
        with pytest.raises(ForumRefused, match="barred"):
            services.vote(person=helper, post=thread.posts.get(), value=-1)


def test_hidden_words_reach_nobody(thread, asker, helper, outsider, board, skill):
    """Z5: no page, list, count, search, feed, notice, API, sitemap or other people's export."""
    reply = services.reply(author=helper, thread=thread, text=f"An answer with a {WORD} and {CANARY} in it.")
    services.remark(author=outsider, post=reply, text=f"Below it: {CANARY}")
    hidden = ask(board, helper, skill, title=f"A {WORD} with {CANARY}", text=f"And a {WORD} with {CANARY} in it.")
    moderator = make_user("Ines Falk", role="moderator")
    # Notices of all kinds that name a thread: an invitation, duplicates both ways, an edit that was taken.
    services.invite(by=asker, thread=hidden, person=outsider)
    services.propose_duplicate(by=helper, thread=ask(board, outsider, skill), of=hidden)
    own = services.reply(author=outsider, thread=hidden, text="Nobody has seen one.")
    suggesting.take(suggestion=services.suggest(by=asker, post=own, text="Few have seen one.", reason="Clearer"))
    told = Notification.objects.filter(recipient=outsider).values_list("kind", flat=True)
    assert {"answer_invited", "duplicate_proposed", "suggestion_taken"} <= set(told)
    opening = hidden.posts.get(part="opening")
    keys = [f"post:{post.pk}" for post in (reply, opening)]
    moderation.act(by=moderator, name="remove", keys=keys, reason="personal")
    thread.refresh_from_db()
    assert thread.replies == 0
    stranger, member = Client(), Client()
    member.force_login(outsider)
    for browser in (stranger, member):
        for path in (
            thread.get_absolute_url(), f"{thread.get_absolute_url()}?at={reply.pk}", "/forum/", f"/forum/?q={WORD}",
            board.get_absolute_url(), f"/search/?q={WORD}", helper.get_absolute_url(), skill.get_absolute_url(),
            "/moderation/log/", "/sitemap.xml", "/api/v1/threads", f"/api/v1/threads/{thread.pk}", "/forum/feed.atom",
            f"/forum/similar/?title=A {WORD} with", "/inbox/", "/",
        ):  # fmt: skip
            assert CANARY not in b"".join(browser.get(path, follow=True)).decode(errors="replace"), path
        for post in (reply, opening):
            assert browser.get(post.get_absolute_url()).status_code == 404
            assert browser.get(f"/forum/posts/{post.pk}/comments/").status_code == 404
    assert not discovery.matching_refs("thread", WORD)
    assert CANARY not in str(export_all(asker))
    call_command("rebuild_documents", verbosity=0)
    assert not discovery.matching_refs("thread", WORD)
    assert services.recount() == 0


class TestOwnWordsOutOfSight:
    """What somebody reads above their own post says what happens next, and is red only when it is over."""

    def page(self, person, thread):
        client = Client()
        client.force_login(person)
        return client.get(thread.get_absolute_url()).text

    @pytest.fixture
    def held(self, thread, helper):
        post = services.reply(author=helper, thread=thread, text="An index of one page is no help.")
        Post.objects.filter(pk=post.pk).update(state="held")
        return post

    def test_what_waits_is_calm(self, thread, helper, moderator, held):
        page = self.page(helper, thread)
        assert re.search(r'class="note ?">.*?Waiting to be looked at, as some first posts do', page)
        assert 'class="note bad"' not in page
        assert re.search(r'class="note ?">.*?Waiting to be looked at<', self.page(moderator, thread))

    def test_what_a_moderator_hid_is_the_authors_move_once(self, thread, helper, moderator, held):
        Post.objects.filter(pk=held.pk).update(state="shown")
        for expected in ("Edit it, and it is shown again at once", "A moderator hid this once more"):
            moderation.act(by=moderator, name="hide", keys=[f"post:{held.pk}"], reason="unclear")
            assert expected in self.page(helper, thread)
            assert 'class="note bad"' not in self.page(helper, thread)
            services.edit(by=helper, post=Post.objects.get(pk=held.pk), text=f"Rather: {expected}.")

    def test_a_comment_says_it_too(self, thread, helper, asker, held):
        Post.objects.filter(pk=held.pk).update(state="shown")
        remark = services.remark(author=asker, post=held, text="How large is a page?")
        Post.objects.filter(pk=remark.pk).update(state="held")
        assert "You need do nothing" in self.page(asker, thread)
        assert "How large is a page?" not in self.page(helper, thread)


@pytest.mark.parametrize(
    "link", ["[a](//e.example)", "[a](HTTPS://e.example)", "[a](<//e.example>)", "[a][b]\n\n[b]: //e.example"]
)
def test_a_link_is_one_however_it_is_written(link, thread, helper):
    post = services.reply(author=helper, thread=thread, text=f"I wrote about it: {link}")
    assert post.state == "held"
