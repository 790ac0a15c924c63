"""Another wording of somebody else's post: suggested by a member, decided on by a moderator in the queue."""

from datetime import timedelta

import pytest
from django.utils import timezone

from features.accounts.personal_data import erase_all
from features.forum import services
from features.forum.models import Post, Revision, Suggestion, Thread
from features.moderation import services as moderation
from features.moderation.models import Case
from tests.factories import make_user
from tests.moderation.conftest import browser_of

pytestmark = pytest.mark.django_db
TEXT = "I have a table of **300** rows with an index, and the plan says `Seq Scan` all the same."


@pytest.fixture(scope="module")
def moderator(kept):
    return make_user("Ines Falk", role="moderator")


@pytest.fixture(scope="module")
def opening(thread):
    Case.objects.all().delete()
    return thread.posts.get()


def suggest(by, post, **facts):
    return services.suggest(by=by, post=post, **{"text": TEXT, "reason": "Clearer"} | facts)


def decide(by, name, suggestion, **facts):
    [entry] = moderation.act(by=by, name=name, keys=[f"suggestion:{suggestion.pk}"], reason="tidying", **facts)
    return entry


def test_a_member_suggests_and_the_queue_shows_what_it_would_change(client, opening, helper, moderator):
    client.force_login(helper)
    assert "Suggest an edit" in client.get(opening.thread.get_absolute_url()).text
    answer = client.post(f"/forum/posts/{opening.pk}/edit/", {"title": opening.thread.title, "text": TEXT}, follow=True)
    assert answer.status_code == 422  # without a reason
    body = {"title": "Why does Postgres not use my index?", "text": TEXT, "reason": "Clearer"}
    answer = client.post(f"/forum/posts/{opening.pk}/edit/", body, follow=True)
    assert "A moderator looks at it." in answer.text
    assert Post.objects.get(pk=opening.pk).text == opening.text
    suggest(helper, opening, reason="Clearer still")
    case = Case.objects.get()
    assert (case.cause, case.person, Suggestion.objects.count()) == ("edit", helper, 1)
    page = browser_of(moderator, strong=True).get(f"/moderation/cases/{case.pk}/").text
    for words in ("Suggested edit", "Clearer still", "<ins> all the same</ins>", "Take it", "Do not take it"):
        assert words in page


def test_what_is_taken_is_a_wording_of_its_own_told_to_both_and_taken_back(opening, asker, helper, moderator, letters):
    letters()
    made = suggest(helper, opening, title="Why does Postgres not use my index?")
    entry = decide(moderator, "take_edit", made)
    post = Post.objects.select_related("thread").get(pk=opening.pk)
    assert (post.text, post.thread.title) == (TEXT, "Why does Postgres not use my index?")
    assert "all the same" in post.html
    assert [row.editor for row in Revision.objects.order_by("pk")] == [asker, helper]
    assert Case.objects.get().outcome == "acted"
    assert {tuple(letter.to) for letter in letters()} == {(asker.email,), (helper.email,)}
    moderation.undo(by=moderator, entry=entry)
    post.refresh_from_db()
    assert post.text == opening.text
    assert Thread.objects.get().title == "Why does Postgres ignore my index?"
    assert Suggestion.objects.get().state == "waiting"


def test_what_is_not_taken_changes_nothing(opening, helper, moderator):
    made = suggest(helper, opening)
    decide(moderator, "decline_edit", made)
    assert Suggestion.objects.get().state == "declined"
    assert Post.objects.get(pk=opening.pk).text == opening.text
    assert suggest(helper, opening).pk != made.pk


def test_a_suggestion_to_words_that_have_changed_is_none(opening, asker, helper, moderator):
    made = suggest(helper, opening)
    services.edit(by=asker, post=opening, text="Another text altogether, of the author's own.")
    with pytest.raises(moderation.ModerationRefused, match="too_late"):
        decide(moderator, "take_edit", made)


def test_nobody_suggests_what_they_may_edit_what_is_hidden_or_what_changes_nothing(opening, asker, helper, moderator):
    for by, code in ((asker, "not_here"), (moderator, "not_here")):
        with pytest.raises(services.ForumRefused, match=code):
            suggest(by, opening)
    with pytest.raises(services.ForumRefused, match="the_same"):
        suggest(helper, opening, text=opening.text)
    with pytest.raises(services.ForumRefused, match="reason"):
        suggest(helper, opening, reason=" ")
    Thread.objects.update(closing="locked")
    with pytest.raises(services.ForumRefused, match="not_here"):
        suggest(helper, opening)
    Thread.objects.update(closing="", state="hidden")
    Post.objects.update(state="hidden")
    with pytest.raises(services.ForumRefused, match="not_here"):
        suggest(helper, Post.objects.get(pk=opening.pk))
    assert not Case.objects.exists()


def test_nobody_takes_their_own(opening):
    by = make_user("Both", role="")
    made = suggest(by, opening)
    by.role_grants.create(role="moderator", granted_by=by)
    with pytest.raises(moderation.ModerationRefused, match="own"):
        decide(type(by).objects.get(pk=by.pk), "take_edit", made)


class TestWordsThatGo:
    """What a post no longer says is not kept by what was suggested to it."""

    def test_what_its_author_takes_along(self, opening, asker, helper):
        suggest(helper, opening)
        erase_all(asker, with_words=True)
        assert not Suggestion.objects.exists()

    def test_what_was_hidden_when_its_author_left(self, thread, asker, helper):
        answer = services.reply(author=helper, thread=thread, text="My number is 0170 canary, any time.")
        suggest(asker, answer, text="My number is 0170 canary.")
        shown = suggest(asker, services.reply(author=helper, thread=thread, text="Because it is small."))
        services.set_state(post=answer, state="hidden")
        erase_all(helper, with_words=False)
        assert Suggestion.objects.get() == shown

    def test_what_a_moderator_took_out_for_good(self, opening, helper):
        suggest(helper, opening)
        later = timezone.now() + timedelta(minutes=11)
        services.redact(post=opening, passage="Seq Scan")
        after = suggest(make_user("Kwame Boateng"), opening)
        assert Suggestion.objects.count() == 2  # it can still be put back
        services.erase_redactions(now=later)
        assert Suggestion.objects.get() == after

    def test_former_wordings_that_are_erased(self, opening, helper, moderator):
        decide(moderator, "take_edit", suggest(helper, opening))
        opening.refresh_from_db()
        waiting = suggest(helper, opening, text=f"{TEXT} Why?")
        services.redact_history(by=moderator, post=opening, reason="A password")
        assert Suggestion.objects.get() == waiting
