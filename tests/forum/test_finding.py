"""Similar questions, duplicates, whom to ask, the search of the forum, feeds, pictures."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from xml.etree import ElementTree

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from core.jobs import run_pending
from core.limits import RateLimited
from core.models import RateCounter
from core.pagination import after
from features.accounts.models import StoredFile
from features.discovery import services as discovery
from features.discovery.kinds import Entry
from features.discovery.models import Document
from features.forum import services
from features.forum.filters import ASKED, ORDER
from features.forum.findable import OPEN
from features.forum.models import Board, Duplicate, Invitation, Post, Thread
from features.forum.similar import nearness
from features.moderation import services as moderation
from features.notifications.models import Notification
from features.sessions.models import SkillSession
from tests.factories import make_session, make_user
from tests.forum.conftest import ask
from tests.forum.test_writing import QUESTION

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(scope="module")
def solved(thread, asker, helper):
    services.accept(by=asker, post=services.reply(author=helper, thread=thread, text="Because it is small."))
    return thread


class TestSimilar:
    def test_while_typing_threads_sessions_and_who_solved_the_like_appear(self, client, solved, helper, skill):
        session = make_session(
            make_user("Ada Host", role="expert"), title="Why does Postgres ignore an index: an hour", about=[skill]
        )
        discovery.republish("session", [str(session.pk)])
        client.force_login(make_user("Kwame Boateng"))
        text = client.get("/forum/similar/?title=Postgres+ignores+my+new+index", headers=HTMX).text
        assert solved.title in text
        assert "Solved" in text
        assert helper.name in text
        assert session.title in text
        assert client.get("/forum/similar/?title=Bread", headers=HTMX).text.strip() == ""
        assert 'hx-get="/forum/similar/"' in client.get("/forum/new/").text

    def test_articles_and_courses_appear_too_and_are_asked_about(self, client, board, helper):
        entry = Entry(kind="work", ref="7", title="Why Postgres ignores an index", url="/library/7/why/")
        discovery.publish_all([entry])
        client.force_login(helper)
        text = client.get("/forum/similar/?title=Postgres+ignores+my+new+index", headers=HTMX).text
        assert f'<a href="{entry.url}">{entry.title}</a><span class="badge">Library' in text
        assert entry.url not in client.get("/forum/similar/?title=How+do+I+bake+bread", headers=HTMX).text
        again = QUESTION | {"title": "Why does Postgres ignore an index?"}
        page = client.post("/forum/new/", again)
        assert "Has this been answered?" in page.text
        assert entry.url in page.text
        assert client.post("/forum/new/", again | {"seen": "yes"}).status_code == 303

    def test_past_sessions_appear_with_what_was_answered_about_them(self, client, board, asker, helper, skill):
        host, now = make_user("Ada Host", role="expert"), timezone.now()
        session = make_session(host, title="An hour on planners", about=[skill])
        SkillSession.objects.filter(pk=session.pk).update(
            description_html="<p>Why Postgres ignores an index on a small table.</p>"
        )
        discovery.republish("session", [str(session.pk)])
        about = {"about": f"session:{session.pk}", "title": "What of the third slide, please?"}
        thread = ask(board, asker, skill, **about)
        wanted = "/forum/similar/?title=Postgres+ignores+the+index+of+a+small+table"
        client.force_login(make_user("Kwame Boateng"))
        assert "Past session" not in client.get(wanted, headers=HTMX).text
        when = {"starts_at": now - timedelta(days=3), "ends_at": now - timedelta(days=3, hours=-1)}
        SkillSession.objects.filter(pk=session.pk).update(**when)
        discovery.republish("session", [str(session.pk)])
        text = client.get(wanted, headers=HTMX).text
        assert session.title in text
        assert "Past session" in text
        assert "answered question" not in text
        services.accept(by=asker, post=services.reply(author=helper, thread=thread, text="It is read as a whole."))
        text = client.get(wanted, headers=HTMX).text
        assert (
            f'<a class="small" href="/forum/?about=session%3A{session.pk}&amp;state=solved">1 answered question' in text
        )
        assert helper.name in text
        # What is as good as the same title stops who publishes, where there is an answer to read.
        again = QUESTION | {"title": "An hour on planners?"}
        page = client.post("/forum/new/", again)
        assert "Has this been answered?" in page.text
        Thread.objects.filter(pk=thread.pk).update(state="hidden")
        assert "answered question" not in client.get(wanted, headers=HTMX).text
        assert helper.name not in client.get(wanted, headers=HTMX).text
        assert client.post("/forum/new/", again).status_code == 303

    def test_looking_for_it_costs_the_same_whatever_there_is(
        self, client, solved, skill, django_assert_max_num_queries
    ):
        host, start = make_user("Ada Host", role="expert"), timezone.now() - timedelta(days=3)
        for number in range(5):
            session = make_session(host, title=f"Postgres ignores index, evening {number}", about=[skill])
            SkillSession.objects.filter(pk=session.pk).update(starts_at=start, ends_at=start + timedelta(hours=1))
            discovery.republish("session", [str(session.pk)])
        client.force_login(make_user("Kwame Boateng"))
        with django_assert_max_num_queries(12):
            assert client.get("/forum/similar/?title=Postgres+ignores+index", headers=HTMX).text.count("Past") == 2

    def test_before_sending_what_is_close_is_asked_about_once(self, client, solved, helper):
        client.force_login(helper)
        again = QUESTION | {"title": "Why does Postgres ignore my small index?"}
        page = client.post("/forum/new/", again)
        assert page.status_code == 200
        assert "Has this been answered?" in page.text
        assert "It stands in my plan" in page.text
        assert Thread.objects.count() == 1
        assert client.post("/forum/new/", again | {"seen": "yes"}).status_code == 303

    def test_what_is_hidden_is_similar_to_nothing(self, client, solved, helper):
        Thread.objects.update(state="hidden")
        services.index(solved)
        client.force_login(helper)
        assert solved.title not in client.get("/forum/similar/?title=Postgres+ignores+my+index").text

    def test_nearness_is_the_share_of_the_words_that_say_something(self):
        assert nearness("Why does Postgres ignore my index?", "Postgres ignores the index") == 1
        assert nearness("Why does Postgres ignore my index?", "How do I bake bread?") == 0


class TestDuplicates:
    @pytest.fixture
    def again(self, board, solved, skill):
        return ask(board, make_user("Jonas Weber"), skill, title="My index is not used, why is that?")

    def test_a_member_proposes_and_who_asked_says_yes(self, client, solved, again, helper):
        client.force_login(helper)
        url = f"{again.get_absolute_url()}duplicates/"
        assert client.post(url, {"of": "https://elsewhere.example/threads/999999/x/"}).status_code == 422
        for _ in range(2):
            assert client.post(url, {"of": f"http://localhost{solved.get_absolute_url()}"}).status_code == 303
        row = Duplicate.objects.get()
        assert Notification.objects.filter(recipient=again.author, kind="duplicate_proposed").count() == 1
        run_pending()
        assert "Perhaps answered in" in client.get(again.get_absolute_url()).text
        assert client.post(f"/forum/duplicates/{row.pk}/answer/", {"act": "solved"}).status_code == 303
        row.refresh_from_db()
        assert row.state == "proposed"
        client.force_login(again.author)
        assert "Yes, this solves it" in client.get(again.get_absolute_url()).text
        client.post(f"/forum/duplicates/{row.pk}/answer/", {"act": "solved"})
        client.logout()
        assert "Whoever asked found the answer in" in client.get(again.get_absolute_url()).text
        assert again.title in client.get(solved.get_absolute_url()).text
        again.refresh_from_db()
        assert again.closing == ""

    def test_who_was_silenced_or_asked_on_a_locked_thread_says_nothing(self, client, solved, again, helper, moderator):
        row = services.propose_duplicate(by=helper, thread=again, of=solved)
        client.force_login(again.author)
        assert "Yes, this solves it" in client.get(again.get_absolute_url()).text
        Thread.objects.filter(pk=again.pk).update(closing="locked")
        assert "Yes, this solves it" not in client.get(again.get_absolute_url()).text
        said = {"by": again.author, "duplicate": row, "solved": False, "because": "Mine is large"}
        with pytest.raises(services.ForumRefused, match="locked"):
            services.answer_duplicate(**said)
        Thread.objects.filter(pk=again.pk).update(closing="")
        moderation.impose(by=moderator, person=again.author, kind="silence", reason="Spam")
        said["by"].refresh_from_db()
        with pytest.raises(services.ForumRefused, match="barred"):
            services.answer_duplicate(**said)
        row.refresh_from_db()
        assert (row.state, row.because) == ("proposed", "")

    def test_a_no_needs_its_because_and_stays_to_be_read(self, client, solved, again, helper):
        row = services.propose_duplicate(by=helper, thread=again, of=solved)
        with pytest.raises(services.ForumRefused, match="because"):
            services.answer_duplicate(by=again.author, duplicate=row, solved=False)
        client.force_login(again.author)
        answer = {"act": "different", "because": "Mine is large"}
        client.post(f"/forum/duplicates/{row.pk}/answer/", answer)
        assert "Mine is large" in client.get(again.get_absolute_url()).text
        assert again.title not in client.get(solved.get_absolute_url()).text
        with pytest.raises(services.ForumRefused, match="no_such_thread"):
            services.propose_duplicate(by=helper, thread=again, of=again)


class TestInvitations:
    def test_who_solved_the_like_is_offered_and_told_once(self, client, solved, board, skill, helper):
        reader = make_user("Kwame Boateng")
        thread = ask(board, reader, skill, title="How do I make it use an index?")
        client.force_login(reader)
        url = f"{thread.get_absolute_url()}invitations/"
        assert helper.name in client.get(url).text
        for _ in range(2):
            assert client.post(url, {"person": f"@{helper.handle}"}).status_code == 303
        assert Invitation.objects.get().person == helper
        assert Notification.objects.filter(recipient=helper, kind="answer_invited").count() == 1
        run_pending()
        assert client.post(url, {"person": "nobody-here"}).status_code == 422
        assert client.post(url, {"person": reader.handle}).status_code == 422

    def test_who_asked_without_a_name_is_no_other_answer(self, client, solved, board, skill, helper):
        """Neither invited, nor offered, nor counted otherwise than somebody else: they alone are told nothing."""
        thread = ask(board, helper, skill, title="How do I make it use an index?", is_anonymous=True)
        other, url = make_user("Kwame Boateng"), f"{thread.get_absolute_url()}invitations/"
        client.force_login(make_user("Jonas Weber"))
        assert helper.name in client.get(url).text
        answers = []
        for person in (helper, other):
            answer = client.post(url, {"person": person.handle}, follow=True)
            answers.append(answer.redirect_chain)
            assert f"{person.name} is asked to answer" in answer.text
            assert person.name in answer.text.partition("Asked already:")[2].partition("</p>")[0]
        assert answers[0] == answers[1] != []
        assert Notification.objects.get(kind="answer_invited").recipient == other
        assert RateCounter.objects.get(key__startswith="forum_invite:").count == 2
        Thread.objects.filter(pk=thread.pk).update(is_anonymous=False)
        thread.posts.update(is_anonymous=False)
        assert client.post(url, {"person": helper.handle}).status_code == 303  # invited by now
        Invitation.objects.all().delete()
        assert client.post(url, {"person": helper.handle, "once": "more"}).status_code == 422

    def test_five_a_day(self, thread, asker):
        for number in range(5):
            services.invite(by=asker, thread=thread, person=make_user(f"Person {number}"))
        with pytest.raises(RateLimited):
            services.invite(by=asker, thread=thread, person=make_user("One more"))


class TestUnanswered:
    def test_it_says_how_many_wait_and_since_when(self, client, thread):
        reader = make_user("Kwame Boateng")
        client.force_login(reader)
        client.post(f"{thread.get_absolute_url()}following/", {"level": "digest"})
        Thread.objects.update(created_at=timezone.now() - timedelta(days=3))
        text = client.get("/forum/unanswered/").text.replace("\xa0", " ")
        assert "2 people have waited for 3 days" in text

    def test_an_empty_list_leads_to_what_its_reader_can_do(self, client, learner, organiser, board):
        assert "Nobody waits for an answer" in client.get("/forum/unanswered/").text
        board.delete()
        for person, way in ((learner, "/sessions/"), (organiser, "/manage/boards/")):
            client.force_login(person)
            for page in ("/forum/", "/forum/new/"):
                assert client.get(page).context["nothing"]["url"] == way


class TestSearch:
    def test_best_match_is_marked_and_solved_ones_come_first(self, client, solved, board, asker, skill):
        other = ask(board, asker, skill)
        page = client.get("/forum/?q=ignore+index")
        text = page.text
        assert text.index(solved.get_absolute_url()) < text.index(other.get_absolute_url())
        assert "<mark>index</mark>" in text
        narrowed = client.get(f"/forum/boards/{board.slug}/?q=ignore+index&skill=postgresql").text
        assert narrowed.index(solved.get_absolute_url()) < narrowed.index(other.get_absolute_url())
        assert "<mark>index</mark>" in narrowed

    def test_a_phrase_an_author_and_dates_narrow_it(self, client, solved, board, asker, helper, skill):
        other = ask(board, asker, skill, text="The index my colleague made: ignore it, they say.")

        def found(query):
            text = client.get(f"/forum/?{query}").text
            return {thread for thread in (solved, other) if thread.get_absolute_url() in text}

        assert found("q=index+small") == {solved}
        assert found("q=%22colleague+made%22") == {other}
        assert found("q=%22made+colleague%22") == set()
        assert found(f"q=index&author={helper.handle}") == {solved}
        Thread.objects.filter(pk=solved.pk).update(created_at=timezone.now() - timedelta(days=40))
        day = (timezone.now() - timedelta(days=20)).date().isoformat()
        assert found(f"q=index&begin={day}") == found(f"begin={day}") == {other}
        assert found(f"end={day}") == {solved}
        assert found("end=9999-12-31") == found("begin=0001-01-01") == {solved, other}
        assert found("begin=9999-12-31") == found("end=0001-01-01") == set()

    def test_a_day_is_the_readers_own_and_a_period_begins_with_what_was_asked_last(
        self, client, thread, board, asker, skill
    ):
        other = ask(board, asker, skill, title="Another index, asked before but answered since")
        late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)  # in Berlin it is the second by then
        Thread.objects.filter(pk=thread.pk).update(created_at=late, active_at=late)
        Thread.objects.filter(pk=other.pk).update(created_at=late - timedelta(days=9), active_at=timezone.now())
        assert thread.get_absolute_url() not in client.get("/forum/?end=2026-03-01").text
        text = client.get("/forum/?begin=2026-02-01&end=2026-03-02").text
        assert "Asked in that time, the newest first" in text
        assert text.index(thread.get_absolute_url()) < text.index(other.get_absolute_url())
        text = client.get("/forum/?begin=2026-02-01&end=2026-03-02&sort=active").text
        assert text.index(other.get_absolute_url()) < text.index(thread.get_absolute_url())

    def test_a_long_ago_period_and_a_far_page_are_found_in_an_index(self):
        for order, filters in ((ORDER["active"], {}), (ASKED, {"created_at__lt": timezone.now()})):
            last = Thread(pk=7, created_at=timezone.now(), active_at=timezone.now())
            values = [getattr(last, field.lstrip("-")) for field in order]
            page = Thread.objects.shown().filter(after(order, values), **filters).order_by(*order)[:21]
            with connection.cursor() as cursor, transaction.atomic():
                cursor.execute("SET LOCAL enable_sort = off")
                plan = page.explain()
            condition = next(line for line in plan.splitlines() if "Index Cond" in line)
            assert order[0].lstrip("-") in condition, plan

    def test_of_all_in_which_somebody_wrote_only_those_of_the_page_are_read_whole(
        self, client, thread, board, asker, skill
    ):
        for number in range(24):
            RateCounter.objects.all().delete()
            ask(board, asker, skill, title=f"Another index, number {number}")
        with CaptureQueriesContext(connection) as found:
            first = client.get(f"/forum/?author={asker.handle}")
        statement = next(one["sql"] for one in found if "ANY(" in one["sql"])
        outer, inner = statement.split(" IN (", 1)
        assert "JOIN" in outer
        assert "LIMIT 21" in inner
        assert "JOIN" not in inner
        second = client.get(first.context["page"].next_url)
        lines = [*first.context["lines"], *second.context["lines"]]
        order = Thread.objects.order_by("-active_at", "-id")
        assert [line.url for line in lines] == [one.get_absolute_url() for one in order]

    def test_pages_of_a_search_follow_each_other_with_as_many_queries(self, client, thread, board, asker, skill):
        def queries():
            with CaptureQueriesContext(connection) as found:
                client.get("/forum/?q=index&kind=question")
            return len(found)

        queries()
        before = queries()
        for number in range(24):
            RateCounter.objects.all().delete()
            ask(board, asker, skill, title=f"Another index, number {number}")
        assert queries() == before
        for query in ("q=index&kind=question", "q=index"):
            first = client.get(f"/forum/?{query}")
            second = client.get(first.context["page"].next_url)
            urls = [line.url for page in (first, second) for line in page.context["lines"]]
            assert len(urls) == len(set(urls)) == 25

    def test_with_filters_the_best_of_all_stand_first_and_not_of_the_latest(self, client, thread, board, asker, skill):
        Thread.objects.filter(pk=thread.pk).update(title="An index on dates")
        services.index(Thread.objects.get(pk=thread.pk))
        late = [
            Thread(board=board, title=f"Nothing of that kind {n}", slug="late", author=asker, kind="question")
            for n in range(230)
        ]
        Thread.objects.bulk_create(late)
        text, now = "It says index below.", timezone.now()
        Post.objects.bulk_create(
            Post(thread=one, part="opening", author=asker, text=text, html=f"<p>{text}</p>", created_at=now)
            for one in late
        )
        discovery.republish("thread", [str(one.pk) for one in late])
        voted = late[7]
        for number in range(2):
            services.vote(person=make_user(f"Voter {number}"), post=voted.posts.get(), value=1)
        url, seen = "/forum/?q=index&kind=question", []
        while url:
            page = client.get(url)
            seen += [line.url for line in page.context["lines"]]
            url = page.context["page"].next_url
        assert seen[:2] == [Thread.objects.get(pk=thread.pk).get_absolute_url(), voted.get_absolute_url()]
        assert len(seen) == len(set(seen)) == 231

    def test_a_list_without_counts_of_other_kinds_does_not_make_them(self, thread, helper, skill):
        discovery.republish("session", [str(make_session(helper, title="Reading an index", about=[skill]).pk)])
        everything = discovery.search("index", kinds=["thread"])
        assert everything.counts == {"session": 1, "thread": 1}
        threads = discovery.search("index", kinds=["thread"], counts_all=False)
        assert threads.counts == {"thread": 1}
        assert [row.pk for row in threads.documents] == [row.pk for row in everything.documents]

    def test_votes_are_in_the_index_when_they_are_given_and_taken_back(self, thread, helper):
        voters = [helper, make_user("Kwame Boateng")]
        opening = thread.posts.get()

        def stands():
            return Document.objects.get(kind="thread", ref=str(thread.pk)).standing

        def vote(value):
            for person in voters:
                services.vote(person=person, post=opening, value=value)

        assert stands() == OPEN
        vote(1)
        assert stands() == OPEN + 1
        services.recount()
        assert [one.written for one in discovery.rebuild() if one.kind == "thread"] == [0]
        vote(0)
        assert stands() == OPEN


def test_no_sign_of_a_title_breaks_a_feed(client, board, asker, skill):
    ask(board, asker, skill, title="Why \uffff is \ufffe\x01 it so?", text="Because \uffff\x02 it always was, I think.")
    titles = [each.text for each in ElementTree.fromstring(client.get("/forum/feed.atom").content).iter() if each.text]
    assert "Why is it so?" in titles


class TestFeeds:
    def test_board_tag_and_thread_have_one_and_it_is_not_sent_twice(self, client, solved, board, helper):
        for url in (
            "/forum/feed.atom?skill=postgresql",
            f"/forum/boards/{board.slug}/feed.atom",
            f"{solved.get_absolute_url()}feed.atom",
        ):
            answer = client.get(url)
            assert answer["Content-Type"].startswith("application/atom+xml")
            assert "ignore my index?" in answer.text
            assert client.get(url, headers={"If-None-Match": answer["ETag"]}).status_code == 304
        assert "Because it is small." in client.get(f"{solved.get_absolute_url()}feed.atom").text
        assert "<entry>" not in client.get("/forum/feed.atom?skill=python").text
        assert "/feed.atom" in client.get(solved.get_absolute_url()).text
        Post.objects.filter(part="reply").update(state="hidden")
        assert "Because it is small." not in client.get(f"{solved.get_absolute_url()}feed.atom").text


class TestPictures:
    def picture(self, form="PNG"):
        out = BytesIO()
        Image.new("RGB", (900, 450), "navy").save(out, form)
        return SimpleUploadedFile("plan.png", out.getvalue(), "image/png")

    def test_one_goes_below_the_answer_drawn_anew(self, client, thread, helper):
        client.force_login(helper)
        client.post(f"{thread.get_absolute_url()}replies/", {"text": "See here.", "picture": self.picture()})
        file, post = StoredFile.objects.get(), Post.objects.get(part="reply")
        assert file.widths == [640, 900]
        assert f'<img src="/files/{file.name}/900.webp" alt="Picture">' in post.html
        assert client.get(file.url(900)).status_code == 200

    def test_it_is_seen_by_whoever_may_read_its_post_as_that_is_now(self, client, thread, helper):
        client.force_login(helper)
        client.post(f"{thread.get_absolute_url()}replies/", {"text": "See here.", "picture": self.picture()})
        file, post = StoredFile.objects.get(), Post.objects.get(part="reply")
        viewers = [None, make_user("Kwame Boateng"), helper, make_user("Ines Falk", role="moderator")]

        def seen():
            answers = []
            for viewer in viewers:
                browser = Client()
                if viewer:
                    browser.force_login(viewer)
                answers.append(browser.get(file.url(640)))
            assert all("immutable" not in answer.get("Cache-Control", "") for answer in answers)
            return [answer.status_code == 200 for answer in answers]

        assert seen() == [True, True, True, True]
        for state in ("hidden", "held", "removed"):
            Post.objects.filter(pk=post.pk).update(state=state)
            assert seen() == [False, False, True, True]
        Post.objects.filter(pk=post.pk).update(state="shown")
        Thread.objects.filter(pk=thread.pk).update(state="hidden")
        assert seen() == [False, False, True, True]
        Thread.objects.filter(pk=thread.pk).update(state="shown")
        services.redact(post=post, passage=f"![Picture](/files/{file.name}/900.webp)")
        assert seen() == [False, False, True, False]

    def test_what_is_no_picture_is_said_at_the_field_and_nothing_is_kept(self, client, thread, helper, board):
        client.force_login(helper)
        upload = SimpleUploadedFile("plan.png", b"<svg onload=alert(1)>")
        answer = client.post(f"{thread.get_absolute_url()}replies/", {"text": "See here.", "picture": upload})
        assert answer.status_code == 422
        assert "no JPEG, PNG or WebP" in answer.text
        Board.objects.update(is_open=False)
        assert not Post.objects.filter(part="reply").exists()
        assert not StoredFile.objects.exists()

    def test_pictures_of_other_sites_are_never_fetched(self, thread, helper):
        text = "![a](https://evil.example/x.png) ![b](/files/short/9.webp) ![c](//evil.example/files/x.webp)"
        assert "src=" not in services.reply(author=helper, thread=thread, text=text).html
