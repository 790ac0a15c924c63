"""Asking, answering, commenting: in place by htmx, and the same by plain forms."""

import re
from datetime import timedelta

import pytest
from django.db.models import Q

from core.limits import RateLimited
from features.accounts.personal_data import erase_all
from features.discovery.models import Document
from features.forum import services
from features.forum.curation import SplitForm
from features.forum.models import Board, Closing, Duplicate, Post, Thread
from features.moderation import services as moderation
from tests.factories import make_user
from tests.forum.conftest import ask

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
QUESTION = {
    "kind": "question",
    "board": "databases",
    "title": "What does a bitmap heap scan do?",
    "text": "It stands in my plan, and I have never seen one before.",
    "skills": "Postgres",
}


class TestAsking:
    def test_a_question_is_published_with_its_html_and_skills(self, client, board, asker, skill):
        client.force_login(asker)
        answer = client.post("/forum/new/", QUESTION)
        thread = Thread.objects.get()
        assert (answer.status_code, answer["Location"]) == (303, thread.get_absolute_url())
        assert list(thread.skills.all()) == [skill]
        assert thread.posts.get().html == "<p>It stands in my plan, and I have never seen one before.</p>\n"

    def test_what_is_missing_is_said_and_what_was_typed_is_kept(self, client, board, asker):
        client.force_login(asker)
        answer = client.post("/forum/new/", QUESTION | {"title": "Why?", "skills": "Alchemy of tables"})
        assert answer.status_code == 422
        assert "It stands in my plan" in answer.text
        for field in ("title", "skills"):
            assert f'<a href="#id_{field}">' in answer.text  # each fault can be reached from the first line
        assert not Thread.objects.exists()

    def test_of_a_title_something_can_be_seen_whoever_gives_it(self, thread, asker, helper, board, skill):
        """The rule is the service's, so that pages, programs and moderators meet it."""
        blank = "\u2800\u200b" * 8
        opening, answer = thread.posts.get(), services.reply(author=helper, thread=thread, text="Because it is small.")
        for verb, given in (
            (ask, {"board": board, "author": asker, "skill": skill}),
            (services.edit, {"by": asker, "post": opening, "text": "Another text of it."}),
            (services.suggest, {"by": helper, "post": opening, "text": "Another text of it.", "reason": "clearer"}),
            (services.split, {"posts": [answer], "board": board}),
        ):
            with pytest.raises(services.ForumRefused, match="title"):
                verb(title=blank, **given)
        assert not SplitForm({"title": blank}).is_valid()

    def test_a_closed_board_and_a_silence_are_refused_in_words(self, client, board, asker):
        client.force_login(asker)
        organiser = make_user("Oskar Lindqvist", role="organiser")
        moderation.impose(by=organiser, person=asker, kind="silence", reason="Shouting")
        answer = client.post("/forum/new/", QUESTION)
        assert (answer.status_code, "Shouting" in answer.text) == (422, True)
        Board.objects.update(is_open=False)
        with pytest.raises(services.ForumRefused, match="board_closed"):
            ask(Board.objects.get(), organiser, board.skill)

    def test_the_eleventh_of_a_day_waits(self, board, asker, skill):
        for number in range(10):
            ask(board, asker, skill, title=f"Question number {number} of today")
        with pytest.raises(RateLimited):
            ask(board, asker, skill)

    def test_the_preview_shows_clean_html_and_keeps_nothing(self, client, board, asker):
        client.force_login(asker)
        answer = client.post("/forum/preview/", {"text": "**So** <script>alert(1)</script> it `looks`"}, headers=HTMX)
        assert "<strong>So</strong>" in answer.text
        assert "<script" not in answer.text
        answer = client.post("/forum/new/", QUESTION | {"preview": "yes", "text": "Half a `sentence`"})
        assert answer.status_code == 200
        assert "<code>sentence</code>" in answer.text
        assert QUESTION["title"] in answer.text
        assert not Post.objects.exists()


class TestAnswering:
    def test_plain_and_by_htmx_it_is_the_same_answer(self, client, thread, helper):
        client.force_login(helper)
        url = f"{thread.get_absolute_url()}replies/"
        answer = client.post(url, {"text": "Because it is *small*."})
        first = Post.objects.get(part="reply")
        assert (answer.status_code, answer["Location"]) == (303, f"/forum/posts/{first.pk}/")
        answer = client.post(url, {"text": "And `analyze` it."}, headers=HTMX)
        second = Post.objects.filter(part="reply").latest("pk")
        assert answer.status_code == 200
        assert re.search(rf'<article id="post-{second.pk}"[^>]* tabindex="-1" autofocus>', answer.text)  # read on here
        assert '<div id="reply">' in answer.text
        assert '<h2 id="answers" hx-swap-oob="true">2 answers</h2>' in answer.text
        assert '<p id="nobody-yet" hidden hx-swap-oob="true">' in answer.text
        assert 'id="events"' not in answer.text  # moderators have a place for it
        assert "<html" not in answer.text
        thread.refresh_from_db()
        assert (thread.replies, thread.active_at) == (2, second.created_at)

    def test_pressed_twice_it_is_written_once(self, client, thread, board, helper, asker):
        client.force_login(helper)
        form = {"text": "Because it is small."}
        url = f"{thread.get_absolute_url()}replies/"
        assert client.post(url, form)["Location"] == client.post(url, form)["Location"]
        post = Post.objects.get(part="reply")
        for path in (f"/forum/posts/{post.pk}/comments/", "/forum/new/"):
            for _ in range(2):
                assert client.post(path, QUESTION | form | {"seen": "yes"}).status_code == 303
        assert Post.objects.filter(author=helper).count() == 3
        # Whoever takes it back may say it again, and whoever says it later means it.
        services.take_back(by=helper, post=Post.objects.get(part="comment"))
        services.take_back(by=helper, post=post)
        again = services.reply(author=helper, thread=thread, text=form["text"])
        assert again.pk != post.pk
        later = services.reply(
            author=helper, thread=thread, text=form["text"], now=again.created_at + timedelta(minutes=2)
        )
        assert later.pk != again.pk

    @pytest.mark.parametrize("blank", ["\u200b", "\u3164", "[a]: https://x.example", "&#8203;", "---", "![](//x)"])
    def test_of_what_is_written_something_can_be_seen(self, client, thread, helper, blank):
        client.force_login(helper)
        answer = client.post(f"{thread.get_absolute_url()}replies/", {"text": blank})
        assert answer.status_code == 422
        assert client.post("/forum/new/", QUESTION | {"title": "\u3164" * 12, "seen": "yes"}).status_code == 422
        post = services.reply(author=helper, thread=thread, text="Because it is small.")
        assert client.post(f"/forum/posts/{post.pk}/edit/", {"text": blank}).status_code == 422
        assert not Post.objects.exclude(text__contains="small").filter(author=helper).exists()

    def test_in_a_discussion_it_is_a_reply(self, client, board, asker, helper, skill):
        talk = ask(board, asker, skill, kind="discussion", title="What do you think of partitions?")
        client.force_login(helper)
        url = f"{talk.get_absolute_url()}replies/"
        pages = [
            client.get(talk.get_absolute_url()),
            client.post(url, {"text": "Much."}, headers=HTMX),
            client.post(url, {"text": " "}),
            client.post(url, {"text": "Much.", "preview": "yes"}),
        ]
        for page in pages:
            assert "Your reply" in page.text
            assert "Your answer" not in page.text
        post = Post.objects.get(part="reply")
        assert moderation.thing(f"post:{post.pk}").title == "Reply in: What do you think of partitions?"
        Thread.objects.update(closing=Closing.CLOSED)
        assert "it takes no new replies" in client.get(talk.get_absolute_url()).text

    def test_an_empty_answer_is_said_in_place(self, client, thread, helper):
        client.force_login(helper)
        for headers in ({}, HTMX):
            answer = client.post(f"{thread.get_absolute_url()}replies/", {"text": " "}, headers=headers)
            assert answer.status_code == 422
            assert "Fill this in." in answer.text
        assert not Post.objects.filter(part="reply").exists()

    def test_a_closed_thread_takes_comments_and_a_locked_one_nothing(self, thread, asker, helper):
        post = services.reply(author=helper, thread=thread, text="Because it is small.")
        Thread.objects.update(closing=Closing.CLOSED)
        with pytest.raises(services.ForumRefused, match="closed"):
            services.reply(author=asker, thread=thread, text="No")
        services.remark(author=asker, post=post, text="Thank you")
        Thread.objects.update(closing=Closing.LOCKED)
        for act in (
            lambda: services.remark(author=asker, post=post, text="Still there?"),
            lambda: services.accept(by=asker, post=post),
        ):
            with pytest.raises(services.ForumRefused, match="locked"):
                act()

    def test_a_comment_goes_below_its_post_plain_and_by_htmx(self, client, thread, asker, helper):
        post = services.reply(author=helper, thread=thread, text="Because it is small.")
        client.force_login(asker)
        url = f"/forum/posts/{post.pk}/comments/"
        answer = client.post(url, {"text": "How small?"})
        comment = Post.objects.get(part="comment")
        assert (answer.status_code, answer["Location"]) == (303, f"/forum/posts/{comment.pk}/")
        answer = client.post(url, {"text": "A page, or ten?"}, headers=HTMX)
        assert answer.text.strip().startswith(f'<div id="remarks-{post.pk}"')
        assert "How small?" in answer.text
        assert "A page, or ten?" in answer.text
        post.refresh_from_db()
        assert post.comments == 2
        for headers in ({}, HTMX):
            assert client.post(url, {"text": ""}, headers=headers).status_code == 422

    def test_no_html_of_a_member_controls_the_page(self, thread, helper):
        text = '<div hx-get="/x/" hx-trigger="load" id="main">a</div> [b](javascript:alert(1)) [c](https://example.org)'
        html = services.reply(author=helper, thread=thread, text=text).html
        assert "<div" not in html
        assert 'href="javascript' not in html
        assert '<a href="https://example.org" rel="nofollow ugc noopener">c</a>' in html


def test_an_organiser_opens_boards_and_changes_them(client, skill):
    organiser = make_user("Oskar Lindqvist", role="organiser", is_superuser=True)
    facts = {"name": "Data and tables", "about": "Queries", "skill": skill, "position": 3}
    board = services.save_board(board=Board(slug="data-and-tables", **facts), by=organiser)
    assert client.get(board.get_absolute_url()).status_code == 200
    assert client.get("/manage/boards/").status_code == 302


def test_what_its_author_takes_along_leaves_its_place_in_the_thread(thread, asker, helper):
    """1.17: an account that is erased with its words, or without a name."""
    answer = services.reply(author=helper, thread=thread, text="Ask for fewer rows.")
    erase_all(helper, with_words=False)
    answer.refresh_from_db()
    assert (answer.text, answer.author.name) == ("Ask for fewer rows.", "—")
    erase_all(asker, with_words=True)
    thread.refresh_from_db()
    assert "Taken back" in thread.title
    assert not thread.posts.get(part="opening").text
    found = Document.objects.get(kind="thread", ref=str(thread.pk))
    assert "index" not in f"{found.title} {found.text}"
    assert services.recount() == 0


def test_what_was_said_besides_the_posts_goes_as_well(client, thread, board, skill, asker, helper):
    """A hidden thread's title and address with the account; why another thread is not the same, with the words."""
    hidden = ask(board, asker, skill, title="Canary in a title that is hidden")
    services.set_state(post=hidden.posts.get(), state="hidden")
    other = ask(board, helper, skill, title="How do I read a plan aloud?")
    for about in (hidden, thread):
        row = Duplicate(thread=about, of=other, proposed_by=helper, state="refused", because="Canary in a because")
        row.save()
    erase_all(asker, with_words=False)
    assert not Thread.objects.filter(Q(title__icontains="canary") | Q(slug__icontains="canary")).exists()
    assert Thread.objects.filter(pk=thread.pk, title=thread.title).exists()
    assert list(Duplicate.objects.exclude(because="").values_list("thread", flat=True)) == [thread.pk]
    erase_all(asker, with_words=True)
    assert "Canary" not in client.get(thread.get_absolute_url()).text
    assert not Duplicate.objects.exclude(because="").exists()
