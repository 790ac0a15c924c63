"""Who hears of what, how far somebody has read, and what they typed and did not send."""

import re

import pytest
from django.core import mail

from core.jobs import run_pending
from features.forum import services
from features.forum.models import Draft, Post, Reading
from features.notifications import services as notifications
from features.notifications.models import Follow, Notification
from tests.factories import make_user
from tests.forum.conftest import ask

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def told(person, kind):
    return Notification.objects.filter(recipient=person, kind=kind).count()


class TestAnswers:
    def test_the_asker_gets_one_letter_for_the_first_unread_answer(self, client, thread, asker, helper):
        first = services.reply(author=helper, thread=thread, text="Because it is small.")
        run_pending()
        services.reply(author=helper, thread=thread, text="And analyze it.")
        run_pending()
        assert told(asker, "thread_reply") == 1
        [letter] = [letter for letter in mail.outbox if letter.to == [asker.email]]
        assert "Because it is small." in letter.body
        client.force_login(asker)
        last = Post.objects.latest("pk")
        client.post(f"{thread.get_absolute_url()}reading/", {"post": last.pk}, headers=HTMX)
        assert notifications.unread_count(asker) == 0
        services.reply(author=helper, thread=thread, text="Did it help?")
        run_pending()
        assert told(asker, "thread_reply") == 2
        assert Notification.objects.filter(kind="thread_reply").earliest("pk").url == first.get_absolute_url()

    def test_what_was_read_or_hidden_before_the_letter_left_is_not_mailed(self, thread, asker, helper):
        post = services.reply(author=helper, thread=thread, text="Because it is small.")
        services.tell_of_reply(post.pk)
        Post.objects.filter(pk=post.pk).update(state="hidden")
        run_pending()
        assert not mail.outbox
        assert Notification.objects.get(kind="thread_reply").withheld_at

    def test_an_answer_that_was_removed_does_not_keep_the_next_one_from_being_told(self, thread, asker, helper):
        spam = services.reply(author=make_user("Spam Sender"), thread=thread, text="Buy my course.")
        run_pending()
        services.set_state(post=spam, state="removed")
        mail.outbox.clear()
        for text in ("Because it is small.", "And analyze it."):
            services.reply(author=helper, thread=thread, text=text)
            run_pending()
        [letter] = [letter for letter in mail.outbox if letter.to == [asker.email]]
        assert "Because it is small." in letter.body
        rows = Notification.objects.filter(recipient=asker, kind="thread_reply").order_by("pk")
        assert [bool(words) for _row, words in notifications.in_words(rows)] == [False, True]

    def test_muted_is_silent_and_other_levels_wait_for_the_digest(self, client, thread, asker, helper):
        client.force_login(asker)
        url = f"{thread.get_absolute_url()}following/"
        assert client.post(url, {"level": "off"}).status_code == 303
        services.reply(author=helper, thread=thread, text="One")
        run_pending()
        assert told(asker, "thread_reply") == 0
        assert "Muted" in client.get(thread.get_absolute_url()).text
        client.post(url, {"level": "digest"})
        services.reply(author=helper, thread=thread, text="Two")
        run_pending()
        assert Notification.objects.get(kind="thread_reply").by_digest
        assert not mail.outbox

    def test_followers_of_board_or_skill_hear_of_a_new_thread_once(self, board, asker, helper, skill):
        for key in (f"board:{board.pk}", f"skill:{skill.pk}"):
            notifications.follow(person=helper, key=key)
        thread = ask(board, asker, skill)
        run_pending()
        assert told(helper, "thread_opened") == 1
        assert told(asker, "thread_opened") == 0
        assert notifications.named([f"thread:{thread.pk}", f"board:{board.pk}"]).keys() == {
            f"thread:{thread.pk}",
            f"board:{board.pk}",
        }

    def test_who_answers_follows_and_who_chose_otherwise_is_left_alone(self, thread, helper):
        Follow.objects.create(person=helper, key=f"thread:{thread.pk}", level="off")
        services.reply(author=helper, thread=thread, text="Because it is small.")
        assert Follow.objects.get(person=helper).level == "off"


class TestNames:
    def test_who_is_named_is_linked_and_told_once(self, client, thread, asker, helper):
        text = f"Ask @{helper.handle}, not `@{helper.handle}` or @nobody-here or me@{helper.handle}.example."
        post = services.reply(author=asker, thread=thread, text=text)
        assert post.html.count(f'<a href="/people/{helper.handle}/">@{helper.handle}</a>') == 1
        services.edit(by=asker, post=post, text=text + " Please.")
        run_pending()
        assert told(helper, "post_mention") == 1
        client.force_login(helper)
        assert "Sofia Mendes named you" in client.get("/inbox/").text

    def test_a_comment_is_told_to_whom_it_is_about(self, thread, asker, helper):
        post = services.reply(author=helper, thread=thread, text="Because it is small.")
        services.remark(author=asker, post=post, text="How small?")
        run_pending()
        assert told(helper, "post_comment") == 1
        assert any("How small?" in letter.body for letter in mail.outbox)


class TestReading:
    def test_what_came_since_is_marked_and_led_to(self, client, thread, asker, helper):
        first = services.reply(author=helper, thread=thread, text="Because it is small.")
        client.force_login(asker)
        newest = f'<input type="hidden" name="post" value="{first.pk}">'
        assert newest in client.get(thread.get_absolute_url()).text
        client.post(f"{thread.get_absolute_url()}reading/", {"post": first.pk})
        assert 'name="post"' not in client.get(thread.get_absolute_url()).text
        second = services.reply(author=helper, thread=thread, text="And analyze it.")
        text = client.get(thread.get_absolute_url()).text
        assert f'href="?at={second.pk}#post-{second.pk}"' in text
        posts = text.split("<article ")[2:]
        assert ['<span class="badge turn">New</span>' in post for post in posts] == [False, True]
        assert "1 new" in client.get("/forum/").text
        services.mark_read(person=asker, thread=thread, post=first.pk)
        assert Reading.objects.get().post == first.pk

    def test_ones_own_answer_is_no_news(self, client, thread, asker, helper):
        first = services.reply(author=helper, thread=thread, text="Because it is small.")
        client.force_login(asker)
        url = thread.get_absolute_url()
        client.post(f"{url}reading/", {"post": first.pk}, headers=HTMX)
        client.post(f"{url}replies/", {"text": "How small is small?"}, headers=HTMX)
        assert not re.search(r"\d new", client.get("/forum/").text)
        assert "To what is new" not in client.get(url).text
        answer = services.reply(author=helper, thread=thread, text="One page.")
        assert "1 new" in client.get("/forum/").text
        assert f'href="?at={answer.pk}#post-{answer.pk}"' in client.get(url).text
        client.post(f"{url}reading/", {"post": answer.pk}, headers=HTMX)
        assert not re.search(r"\d new", client.get("/forum/").text)


class TestDrafts:
    def test_what_was_typed_is_there_on_any_device_until_it_is_sent(self, client, thread, helper):
        client.force_login(helper)
        url = f"{thread.get_absolute_url()}draft/"
        answer = client.post(url, {"text": "Because it"}, headers=HTMX)
        assert answer.text.startswith("Saved ")
        page = client.get(thread.get_absolute_url()).text
        assert "Because it</textarea>" in page
        assert "Saved " in page
        assert client.post(url, {"text": "Because it is"}).status_code == 303
        client.post(f"{thread.get_absolute_url()}replies/", {"text": "Because it is small."})
        assert not Draft.objects.exists()

    def test_what_a_page_saves_by_itself_after_it_was_sent_is_no_draft(self, client, thread, helper):
        client.force_login(helper)
        client.post(f"{thread.get_absolute_url()}replies/", {"text": "Because it is small."})
        url = f"{thread.get_absolute_url()}draft/"
        for late in ("Because it", "Because it is small. "):
            client.post(url, {"text": late}, headers=HTMX)
        assert not Draft.objects.exists()
        client.post(url, {"text": "Because of\x00 something else"}, headers=HTMX)
        assert Draft.objects.get().words == {"text": "Because of something else"}
        client.post("/api/v1/threads/", {"markdown": "x"}, content_type="application/json")
        client.post(
            f"/api/v1/threads/{thread.pk}/posts/", {"markdown": "By a program."}, content_type="application/json"
        )
        assert Draft.objects.exists()

    def test_a_question_is_kept_with_all_its_fields_and_discarded(self, client, board, asker):
        client.force_login(asker)
        client.post("/forum/draft/", {"title": "Why is it so?", "text": "It is", "board": "databases"})
        page = client.get("/forum/new/").text
        assert "Why is it so?" in page
        assert "It is</textarea>" in page
        client.post("/forum/draft/", {"act": "discard"})
        assert "Why is it so?" not in client.get("/forum/new/").text

    def test_a_quote_begins_an_answer_before_what_was_typed(self, client, thread, asker, helper):
        client.force_login(helper)
        opening = thread.posts.get()
        page = client.get(f"{thread.get_absolute_url()}?quote={opening.pk}")
        typed = page.text.partition('id="id_text"')[2].partition("</textarea>")[0]
        assert "Sofia Mendes:\n\n&gt; I have a table of **300** rows" in typed
        other = make_user("Kwame Boateng")
        hidden = services.reply(author=other, thread=thread, text="Canary")
        Post.objects.filter(pk=hidden.pk).update(state="hidden")
        assert "Canary" not in client.get(f"{thread.get_absolute_url()}?quote={hidden.pk}").text
