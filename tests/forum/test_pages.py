"""Reading: lists with their filters, a thread of any length, and a post that is found wherever it stands."""

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.models import RateCounter
from features.forum import filters, services
from features.forum.models import Post, Thread
from tests.factories import make_user
from tests.forum.conftest import ask

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def long_thread(thread, helper, count):
    """So many answers, written to the table at once."""
    Post.objects.bulk_create(
        Post(thread=thread, part="reply", author=helper, text=f"Answer {n}", html=f"<p>Answer {n}</p>")
        for n in range(count)
    )
    Thread.objects.filter(pk=thread.pk).update(replies=count)


def replies_on(answer) -> list[int]:
    return [int(pk) for pk in re.findall(r'<article id="post-(\d+)"', answer.text.partition('id="answers"')[2])]


class TestLists:
    def test_a_stranger_reads_them_and_they_may_be_cached(self, client, thread, board):
        for url in ("/forum/", "/forum/boards/databases/", "/forum/unanswered/"):
            answer = client.get(url)
            assert "Why does Postgres ignore my index?" in answer.text
            assert answer["Cache-Control"] == "public, max-age=0, s-maxage=60"
            assert not answer.cookies

    def test_what_is_without_filters_keeps_the_words(self, client, thread):
        chip = re.compile(r'class="chip" href="([^"]*)"')
        for path in ("/forum/", "/forum/?q=index", "/forum/?sort=newest", "/forum/unanswered/"):
            assert not chip.search(client.get(path).text)
        assert chip.search(client.get("/forum/?q=index&kind=question").text)[1] == "/forum/?q=index"

    def test_where_only_words_were_searched_nobody_is_told_of_filters(self, client, thread):
        assert "No thread for “zebra”" in client.get("/forum/?q=zebra").text
        assert "Nothing fits these filters" in client.get("/forum/?q=zebra&kind=discussion").text

    def test_filters_tell_unanswered_from_solved(self, client, thread, board, asker, helper, skill):
        solved = ask(board, asker, skill, title="How do I read a plan aloud?")
        services.accept(by=asker, post=services.reply(author=helper, thread=solved, text="From the inside out."))
        talk = ask(board, helper, skill, title="What do you do with old tables?", kind="discussion")
        titles = {thread: thread.title for thread in (thread, solved, talk)}

        def found(query):
            text = client.get(f"/forum/?{query}").text
            return {thread for thread, title in titles.items() if title in text}

        assert found("") == {thread, solved, talk}
        assert found("state=unanswered") == found("state=unsolved") == {thread}
        assert found("state=solved") == {solved}
        assert found("kind=discussion") == {talk}
        assert found("q=ignoring") == {thread}
        assert found("skill=postgresql") == {thread, solved, talk}
        assert found("skill=python") == set()
        assert found(f"author={helper.handle}") == {solved, talk}
        assert found("state=nonsense&since=yesterday") == {thread, solved, talk}
        Thread.objects.filter(pk=talk.pk).update(created_at=timezone.now() - timedelta(days=9))
        assert found("since=week") == {thread, solved}

        def counts(query):
            return {
                facet.name: {choice.value: choice.count for choice in facet.choices}
                for facet in client.get(f"/forum/?{query}").context["facets"]
            }

        assert counts("") == {
            "state": {"unanswered": 1, "unsolved": 1, "solved": 1},
            "kind": {"question": 2, "discussion": 1},
            "since": {"week": 2, "month": 3, "year": 3},
        }
        for query in ("", "kind=question", "state=solved&kind=discussion", "skill=postgresql&since=week"):
            for name, choices in counts(query).items():
                for value, count in choices.items():
                    assert count == len(found(f"{query}&{name}={value}")), (query, name, value)
        # What would show nothing is left out, unless it is on.
        assert counts("state=solved&kind=discussion") == {
            "state": {"solved": 0},
            "kind": {"question": 1, "discussion": 0},
        }
        assert "Solved (0)</option>" in client.get("/forum/?state=solved&kind=discussion").text

    def test_choices_are_counted_in_two_queries_and_of_few_threads(
        self, client, thread, board, asker, skill, monkeypatch
    ):
        ask(board, asker, skill, title="How do I read a plan aloud?")

        def counted(query):
            with CaptureQueriesContext(connection) as asked:
                text = client.get(f"/forum/?{query}").text
            statements = " ".join(one["sql"] for one in asked if "forum_thread" in one["sql"])
            looked, counted = f"OFFSET {filters.COUNTED}", 'COUNT("forum_thread"."id") FILTER'
            return looked in statements, counted in statements, "Unanswered (2)" in text, ">Solved<" in text

        for query in ("", "kind=question&state=unanswered&since=week", f"skill={skill.slug}"):
            assert counted(query)[:3] == (True, True, True)
        for query in ("q=plan", f"author={asker.handle}"):  # all choices without a number
            assert counted(query) == (False, False, False, True)
        monkeypatch.setattr(filters, "COUNTED", 1)
        assert counted("") == (True, False, False, True)

    def test_the_search_finds_an_answers_words_and_solved_ones_first(self, client, thread, board, asker, helper, skill):
        solved = ask(board, asker, skill)
        services.accept(by=asker, post=services.reply(author=helper, thread=solved, text="Because of vacuuming."))
        assert f"/forum/threads/{solved.pk}/" in client.get("/search/?q=vacuuming").text
        text = client.get("/search/?q=ignore+index").text
        assert text.index(f"/forum/threads/{solved.pk}/") < text.index(f"/forum/threads/{thread.pk}/")

    def test_htmx_gets_the_results_alone(self, client, thread):
        answer = client.get("/forum/", headers=HTMX)
        assert answer.text.strip().startswith('<section id="results"')
        assert 'id="facets" class="stack" hx-swap-oob="true"' in answer.text

    def test_queries_do_not_grow_with_the_rows_and_pages_follow_each_other(self, client, thread, board, asker, skill):
        def queries():
            with CaptureQueriesContext(
                connection,
            ) as found:
                client.get("/forum/")
            return len(found)

        before = queries()
        for number in range(24):
            RateCounter.objects.all().delete()
            ask(board, asker, skill, title=f"Another question, number {number}")
        assert queries() == before <= 7
        page = client.get("/forum/").context["page"]
        second = client.get(page.next_url)
        assert len(second.context["lines"]) == 5
        assert "Why does Postgres" in second.text

    def test_what_is_hidden_is_in_no_list(self, client, thread, asker):
        Thread.objects.update(state="hidden")
        Post.objects.update(state="hidden")
        services.index(thread)
        client.force_login(asker)
        assert thread.title not in client.get("/forum/").text
        assert f"/forum/threads/{thread.pk}/" not in client.get("/search/?q=index").text

    def test_how_often_a_skill_occurs_can_be_known_before_its_threads_are_read(self, client, thread, skill):
        """Its key stands in the statement: from a subquery it would be taken for a skill like all others, and all of a
        million threads would be read for a page of twenty."""
        with CaptureQueriesContext(connection) as found:
            assert thread.title in client.get("/forum/?skill=postgresql").text
        asked = [query["sql"] for query in found if 'FROM "forum_thread"' in query["sql"]]
        assert len(asked) == 3  # the page, and how many each choice would show
        assert all(f'."skill_id" IN ({skill.pk})' in sql for sql in asked)

    def test_an_authors_threads_are_those_they_are_known_to_have_written_in(self, client, thread, board, asker, helper):
        """Found by their keys: from a subquery a million threads would be read for them."""
        answer = services.reply(author=helper, thread=thread, text="Because it is small.")
        services.remark(author=asker, post=answer, text="How small?")

        def found(author):
            with CaptureQueriesContext(connection) as asked:
                text = client.get(f"/forum/?author={author}").text
            [listed, *_ways_on] = [query["sql"] for query in asked if 'FROM "forum_thread"' in query["sql"]]
            assert '"id" = ANY(' in listed
            return thread.title in text

        assert (found(asker.handle), found(f"@{helper.handle.upper()}"), found("nobody")) == (True, True, False)
        Post.objects.filter(author=asker).update(is_anonymous=True)
        assert (found(asker.handle), found(helper.handle)) == (False, True)
        Post.objects.filter(pk=answer.pk).update(state="hidden")
        assert not found(helper.handle)


class TestThread:
    def test_it_shows_what_was_made_of_the_text_when_it_was_saved(self, client, thread):
        answer = client.get(thread.get_absolute_url())
        assert "<strong>300</strong>" in answer.text
        assert "<code>Seq Scan</code>" in answer.text
        assert answer["Cache-Control"] == "public, max-age=0, s-maxage=60"
        assert "<form method" not in answer.text.split("<main")[1].split("</main")[0]

    def test_eight_queries_at_most_however_long_it_is(self, client, thread, asker, helper):
        first = services.reply(author=helper, thread=thread, text="Because it is small.")
        services.remark(author=asker, post=first, text="How small?")
        services.accept(by=asker, post=first)
        reader = make_user("Kwame Boateng")
        client.force_login(reader)
        client.get("/forum/")

        def queries():
            with CaptureQueriesContext(connection) as found:
                client.get(thread.get_absolute_url())
            return [query["sql"] for query in found]

        few = queries()
        long_thread(thread, helper, 300)
        many = queries()
        assert len(many) == len(few) <= 8, "\n".join(many)

    def test_every_answer_is_reached_by_its_address_and_once_by_paging(self, client, thread, helper):
        long_thread(thread, helper, 60)
        posts = list(Post.objects.filter(part="reply").order_by("pk"))
        Post.objects.filter(pk=posts[50].pk).update(score=4)
        seen, url = [], thread.get_absolute_url()
        while url:
            answer = client.get(url)
            seen += replies_on(answer)
            url = html.unescape("".join(re.findall(r'rel="next" href="([^"]+)"', answer.text)))
        assert seen[0] == posts[50].pk
        assert sorted(seen) == [post.pk for post in posts]
        for post in (posts[0], posts[37], posts[59]):
            answer = client.get(post.get_absolute_url(), follow=True)
            assert f'id="post-{post.pk}"' in answer.text
            assert answer.redirect_chain[0][0].endswith(f"#post-{post.pk}")
            assert replies_on(answer)[0] == post.pk

    def test_the_accepted_answer_comes_first_and_is_linked_from_the_head(self, client, thread, asker, helper):
        long_thread(thread, helper, 30)
        last = Post.objects.filter(part="reply").latest("pk")
        services.accept(by=asker, post=last)
        answer = client.get(thread.get_absolute_url())
        assert replies_on(answer)[0] == last.pk
        assert f'<a href="/forum/posts/{last.pk}/">To the answer</a>' in answer.text

    def test_the_best_voted_answer_is_linked_from_the_head_where_another_is_accepted(
        self, client, thread, asker, helper
    ):
        first, second = [services.reply(author=helper, thread=thread, text=f"Answer {n}.") for n in "12"]
        said = "To the best voted answer"
        assert said not in client.get(thread.get_absolute_url()).text
        services.vote(person=asker, post=second, value=1)
        link = f'<a href="/forum/posts/{second.pk}/" rel="nofollow">{said}</a>'
        assert link in client.get(thread.get_absolute_url()).text
        services.accept(by=asker, post=first)
        text = client.get(thread.get_absolute_url()).text
        assert link in text
        assert "To the answer" in text
        services.accept(by=asker, post=second)
        assert said not in client.get(thread.get_absolute_url()).text

    def test_a_comment_beyond_the_first_five_is_on_the_page_of_comments(self, client, thread, helper):
        post = services.reply(author=helper, thread=thread, text="Because it is small.")
        comments = [services.remark(author=helper, post=post, text=f"Comment {n}") for n in range(7)]
        page = client.get(thread.get_absolute_url()).text
        assert "Comment 4" in page
        assert "Comment 5" not in page
        assert "All 7 comments" in page
        for comment in (comments[1], comments[6]):
            assert f'id="post-{comment.pk}"' in client.get(comment.get_absolute_url(), follow=True).text

    def test_an_old_slug_leads_on(self, client, thread):
        assert client.get(f"/forum/threads/{thread.pk}/as-it-was/")["Location"] == thread.get_absolute_url()

    def test_search_engines_read_a_question_with_its_answers(self, client, thread, asker, helper):
        assert '"DiscussionForumPosting"' in client.get(thread.get_absolute_url()).text
        services.accept(by=asker, post=services.reply(author=helper, thread=thread, text="Because it is small."))
        services.reply(author=asker, thread=thread, text="I see </script>.")
        text = client.get(thread.get_absolute_url()).text
        block = text.partition('"@type": "QAPage"')[2].partition("</script>")[0]
        assert '"acceptedAnswer": {"@type": "Answer", "text": "Because it is small."' in block
        assert '"suggestedAnswer": [{' in block

    def test_the_sitemap_names_what_everybody_reads(self, client, thread):
        assert thread.get_absolute_url() in client.get("/sitemap-threads.xml").text
        Thread.objects.update(state="hidden")
        assert thread.get_absolute_url() not in client.get("/sitemap-threads.xml").text
