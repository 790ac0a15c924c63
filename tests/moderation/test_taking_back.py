"""What stays done and what does not: redactions are for good, and undoing one act leaves what others decided since."""

# ruff: noqa: F811 - fixtures of another module

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from features.forum import services as forum
from features.forum.models import Post, Redaction, Revision, Thread
from features.moderation import services
from features.moderation.models import Case, Entry
from features.moderation.services import ModerationRefused
from tests.factories import make_user
from tests.moderation.conftest import browser_of
from tests.moderation.test_curating import act, answer, board, key, thread  # noqa: F401

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=10, seconds=1)


def objected(by, decides, entry, said="Right."):
    filed = services.appeal_act(person=by, entry=entry, words="It was nothing.")
    return services.decide_act_appeal(by=decides, appeal=filed, outcome="overturned", answer=said)


@pytest.fixture
def post(thread, expert):
    """With a former wording that says more than the present one."""
    made = forum.reply(author=expert, thread=thread, text="Call me: 0170 canary, or at finch street 3.")
    Post.objects.filter(pk=made.pk).update(created_at=timezone.now() - timedelta(hours=1))
    made.refresh_from_db()
    forum.edit(by=expert, post=made, text="Call me: 0170 canary, or at finch street 3, any time.")
    return made


class TestWordsThatAreTakenOut:
    def test_each_act_stands_for_itself_and_both_are_erased(self, moderator, second, post):
        now = timezone.now()
        act(moderator, "redact", post, passage="0170 canary", reason="personal", now=now)
        act(second, "redact", post, passage="finch street 3", reason="personal", now=now + timedelta(minutes=5))
        forum.erase_redactions(now=now + LATER)
        assert not Revision.objects.filter(text__contains="canary").exists()
        forum.erase_redactions(now=now + timedelta(minutes=5) + LATER)
        assert not Redaction.objects.exists()
        assert set(Revision.objects.values_list("text", flat=True)) == {""}

    def test_a_wording_that_was_hidden_before_is_erased_with_it(self, moderator, post):
        former = Revision.objects.filter(post=post).first()
        forum.hide_revision(by=moderator, revision=former, reason="A number")
        act(moderator, "redact", post, passage="0170 canary", reason="personal")
        forum.erase_redactions(now=timezone.now() + LATER)
        assert not Revision.objects.filter(text__contains="canary").exists()

    @pytest.mark.parametrize("back", ["canary", "finch"])
    def test_undoing_one_leaves_the_other(self, client, moderator, second, post, back):
        entries = {
            "canary": act(moderator, "redact", post, passage="0170 canary", reason="personal")[0],
            "finch": act(second, "redact", post, passage="finch street 3", reason="personal")[0],
        }
        services.undo(by=moderator, entry=entries.pop(back))
        [out] = entries
        for url in (post.get_absolute_url(), f"/forum/posts/{post.pk}/history/"):
            page = client.get(url, follow=True).text
            assert out not in page
        assert back in client.get(post.get_absolute_url(), follow=True).text
        forum.erase_redactions(now=timezone.now() + LATER)
        assert out not in Post.objects.get(pk=post.pk).text
        assert not Revision.objects.filter(text__contains=out).exists()

    def test_both_taken_back_in_either_order_leave_nothing_out(self, moderator, post):
        first = act(moderator, "redact", post, passage="0170 canary", reason="personal")[0]
        other = act(moderator, "redact", post, passage="finch street 3", reason="personal")[0]
        for entry in (first, other):
            services.undo(by=moderator, entry=entry)
        assert Post.objects.get(pk=post.pk).text == Revision.objects.filter(post=post).last().text
        assert not Revision.objects.exclude(hidden_at=None).exists()

    def test_what_was_written_since_is_not_overwritten(self, moderator, post, expert):
        [entry] = act(moderator, "redact", post, passage="0170 canary", reason="personal")
        forum.edit(by=expert, post=post, text="Write to me here instead.")
        with pytest.raises(ModerationRefused, match="changed"):
            services.undo(by=moderator, entry=entry)
        assert Post.objects.get(pk=post.pk).text == "Write to me here instead."

    def test_out_of_a_title_and_its_address_too(self, client, moderator, thread):
        opening = thread.posts.get(part="opening")
        forum.edit(by=thread.author, post=opening, text=opening.text, title="Why does canary ignore my index?")
        [entry] = act(moderator, "redact", opening, passage="canary", reason="personal")
        thread.refresh_from_db()
        assert (thread.title, "canary" in thread.slug) == ("Why does [removed by a moderator] ignore my index?", False)
        assert "canary" not in client.get("/forum/?q=ignore").text
        services.undo(by=moderator, entry=entry)
        thread.refresh_from_db()
        assert thread.slug == "why-does-canary-ignore-my-index"
        act(moderator, "redact", opening, passage="", reason="personal")
        forum.erase_redactions(now=timezone.now() + LATER)
        thread.refresh_from_db()
        assert thread.title == "[removed by a moderator]"
        assert not Revision.objects.filter(title__contains="canary").exists()

    def test_an_objection_is_decided_also_where_the_words_are_gone_and_both_read_so(
        self, moderator, second, post, expert, letters
    ):
        long_ago = timezone.now() - timedelta(days=1)
        [entry] = act(moderator, "redact", post, passage="0170 canary", reason="personal", now=long_ago)
        forum.erase_redactions()
        services.appeal_act(person=expert, entry=entry, words="It is the number of my office.")
        letters()
        decides = browser_of(second, strong=True)
        form = {"outcome": "overturned", "answer": "So it is."}
        page = decides.post(f"/moderation/entries/{entry.pk}/appeal/", form, follow=True).text
        assert "The words could not be put back" in page
        assert "The words could not be put back" in browser_of(expert).get(f"/decisions/{entry.pk}/").text
        [body] = [letter.body for letter in letters() if "objection" in letter.subject]
        assert "You were right" in body
        assert "The words could not be put back" in body


class TestWhatWasDecidedSince:
    def test_undoing_a_hide_leaves_what_was_removed_since(self, moderator, second, answer, expert):
        [hidden] = act(moderator, "hide", answer)
        [removed] = act(second, "remove", answer)
        with pytest.raises(ModerationRefused, match="changed"):
            services.undo(by=moderator, entry=hidden)
        decided = objected(expert, second, hidden)
        answer.refresh_from_db()
        assert (answer.state, decided.outcome) == ("hidden", "overturned")
        assert "something else was done to it since" in services.why_not_back(decided)
        services.undo(by=second, entry=removed)
        services.undo(by=moderator, entry=Entry.objects.get(pk=hidden.pk))
        answer.refresh_from_db()
        assert answer.state == "shown"

    def test_the_same_state_by_a_later_act_is_a_later_act(self, moderator, second, answer):
        [entry] = act(moderator, "hide", answer)
        act(second, "show", answer)
        act(second, "hide", answer)
        with pytest.raises(ModerationRefused, match="changed"):
            services.undo(by=moderator, entry=entry)

    def test_a_thread_that_was_locked_since_stays_so(self, moderator, second, thread):
        opening = thread.posts.get(part="opening")
        [closed] = act(moderator, "close", opening)
        act(second, "lock", opening)
        with pytest.raises(ModerationRefused, match="changed"):
            services.undo(by=moderator, entry=closed)
        assert Thread.objects.get(pk=thread.pk).closing == "locked"

    def test_a_moderators_edit_offers_to_be_taken_back(self, client, moderator, answer):
        client.force_login(moderator)
        said = {"text": "It explains this.", "reason": "No advertising"}
        page = client.post(f"/forum/posts/{answer.pk}/edit/", said, follow=True).text
        [address] = re.findall(r'action="(/moderation/entries/\d+/undo/)"', page)
        client.post(address)
        was = answer.text
        answer.refresh_from_db()
        assert answer.text == was

    def test_a_moderators_edit_is_not_taken_back_over_the_authors(self, moderator, answer, expert):
        forum.edit(by=moderator, post=answer, text="It explains this.", reason="No advertising")
        forum.edit(by=expert, post=answer, text="It explains this, and it is free.")
        with pytest.raises(ModerationRefused, match="changed"):
            services.undo(by=moderator, entry=Entry.objects.get(act="edit"))

    def test_undoing_an_edit_does_not_bring_back_what_was_taken_out(self, moderator, answer):
        forum.edit(by=moderator, post=answer, text="Buy my course.", reason="Shorter")
        former = answer.revisions.order_by("pk").first()
        act(moderator, "redact", answer, passage="course", reason="personal")
        assert Revision.objects.get(pk=former.pk).hidden_at
        with pytest.raises(ModerationRefused, match="gone"):
            services.undo(by=moderator, entry=Entry.objects.get(act="edit"))

    def test_reports_that_were_wrong_are_undone_by_an_objection(self, moderator, answer, expert):
        services.flag(person=moderator, key=key(answer), reason="harmful")
        objected(expert, make_user("Third", role="moderator"), Entry.objects.get(act="flagged"))
        answer.refresh_from_db()
        assert answer.state == "shown"


class TestNothingIsHeldForEver:
    def test_a_second_time_a_moderator_looks_and_the_letter_says_so(
        self,
        moderator,
        answer,
        expert,
        letters,
    ):
        act(moderator, "hide", answer)
        assert "it is shown again at once" in letters()[-1].body
        forum.edit(by=expert, post=answer, text="Here is how it works.")
        answer.refresh_from_db()
        assert answer.state == "shown"
        act(moderator, "hide", answer)
        assert "It is shown again when a moderator has looked" in letters()[-1].body
        assert "hid this once more" in browser_of(expert).get(answer.get_absolute_url(), follow=True).text
        assert not Case.objects.waiting().exists()
        forum.edit(by=expert, post=answer, text="Here is how it really works.")
        answer.refresh_from_db()
        assert answer.state == "held"
        case = Case.objects.waiting().get()
        assert case.cause == "changed"
        services.decide(by=moderator, case=case, outcome="kept")
        answer.refresh_from_db()
        assert answer.state == "shown"

    def test_what_is_out_of_sight_is_not_closed_without_a_verdict(self, as_moderator, thread, outsider):
        held = forum.reply(author=outsider, thread=thread, text="See [this](https://a.example).")
        assert held.state == "held"
        case = Case.objects.get(ref=str(held.pk))
        assert 'value="ignored"' not in as_moderator.get(f"/moderation/cases/{case.pk}/").text
        page = as_moderator.post(f"/moderation/cases/{case.pk}/", {"act": "ignored"}, follow=True).text
        assert "It is out of sight until you decide" in page
        case.refresh_from_db()
        assert case.decided_at is None


def test_a_verdict_is_about_the_words_of_then(moderator, answer, expert, outsider):
    services.flag(person=outsider, key=key(answer), reason="rude")
    services.decide(by=moderator, case=Case.objects.get(), outcome="kept")
    services.flag(person=moderator, key=key(answer), reason="rude")
    services.decide(by=moderator, case=Case.objects.waiting().get(), outcome="kept")
    forum.edit(by=expert, post=answer, text="Now it is rude indeed.")
    services.flag(person=moderator, key=key(answer), reason="rude")
    answer.refresh_from_db()
    assert answer.state == "held"
    assert "rude indeed" not in Client().get(answer.thread.get_absolute_url()).text
