"""Threads that are merged and split: what was so of a post stays so, and what hung on a thread goes where it went."""

import importlib
from datetime import timedelta

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from core.jobs import run_pending
from features.forum import services
from features.forum.by_mail.addresses import address
from features.forum.models import Board, Draft, Duplicate, Invitation, Post, Reading, Revision, Thread
from features.forum.services.suggesting import take
from features.forum.similar import solvers, who_may_know
from features.moderation import services as moderation
from features.moderation.models import Case, Entry
from features.moderation.services import ModerationRefused
from features.notifications.models import Follow, Notification
from features.skills.models import SkillEvidence
from tests.factories import make_skill, make_user
from tests.forum.conftest import ask
from tests.forum.test_by_mail import message

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def moderator(kept):
    return make_user("Oskar Lindqvist", role="moderator")


@pytest.fixture(scope="module")
def other(board, helper, skill):
    """The thread into which another one goes."""
    return ask(board, helper, skill, title="When is an index left alone?")


class TestWithoutAName:
    """Who asked without a name is not told by a move."""

    @pytest.fixture
    def thread(self, board, asker, skill):
        return ask(board, asker, skill, is_anonymous=True)

    def readers_learn(self, asker, helper, *addresses) -> list[str]:
        """Those addresses at which a stranger or a member reads the name or handle."""
        member = Client()
        member.force_login(helper)
        pages = [(url, client.get(url, follow=True).text) for url in addresses for client in (Client(), member)]
        return [url for url, text in pages if asker.name in text or asker.handle in text]

    def test_after_a_merge(self, thread, other, asker, helper, moderator, skill):
        answer = services.reply(author=helper, thread=thread, text="Because it is small.")
        own = services.reply(author=asker, thread=thread, text="I see: it is small.")
        services.remark(author=asker, post=answer, text="How small?")
        services.edit(by=asker, post=Post.objects.get(pk=own.pk), text="I see: it is tiny.")
        services.merge(source=thread, into=other)
        later = services.reply(author=asker, thread=other, text="So it was, in my question as well.")
        services.accept(by=helper, post=later)
        url = other.get_absolute_url()
        addresses = [url, f"{url}?sort=oldest", f"{url}?at={own.pk}", f"{url}feed.atom", f"{url}?quote={own.pk}"]
        addresses += [f"/forum/posts/{post.pk}/history/" for post in (own, later)]
        addresses += [f"/forum/posts/{answer.pk}/comments/", f"/api/v1/threads/{other.pk}/posts/", "/inbox/", "/forum/"]
        assert self.readers_learn(asker, helper, *addresses) == []
        assert other.title not in Client().get(f"/forum/?author={asker.handle}").text
        assert solvers([other.pk]) == who_may_know(other, []) == []
        assert not SkillEvidence.objects.standing().filter(person=asker).exists()
        client = Client()
        client.force_login(moderator)
        assert client.get(url).text.count("without a name to readers") > 3

    def test_after_a_split(self, thread, asker, helper):
        first = services.reply(author=asker, thread=thread, text="Another thing about it.")
        second = services.reply(author=helper, thread=thread, text="Which one?")
        services.split(posts=[first, second], title="Another thing altogether", board=thread.board)
        made = Thread.objects.latest("pk")
        third = services.reply(author=asker, thread=made, text="That it is so slow.")
        url = made.get_absolute_url()
        addresses = [url, f"{url}feed.atom", f"{url}?at={third.pk}", "/forum/", "/search/?q=slow"]
        addresses.append(f"/api/v1/threads/{made.pk}/")
        assert self.readers_learn(asker, helper, *addresses) == []
        second.refresh_from_db()
        services.split(posts=[second, third], title="A third thing, by them", board=thread.board)
        made = Thread.objects.latest("pk")
        assert self.readers_learn(asker, helper, made.get_absolute_url()) == []
        assert not made.is_anonymous
        assert services.reply(author=asker, thread=made, text="And this.").is_anonymous

    def test_who_wrote_under_a_name_keeps_it(self, thread, other, board, asker, helper, skill):
        named = ask(board, asker, skill, title="Which index is the right one?")
        services.merge(source=named, into=thread)
        assert asker.name in Client().get(thread.get_absolute_url()).text
        assert thread.title in Client().get(f"/forum/?author={asker.handle}").text
        assert [post.is_anonymous for post in thread.posts.order_by("pk")] == [True, False]

    def test_an_edit_they_suggested_stays_without_a_name(self, thread, other, asker, helper, moderator):
        first = services.reply(author=helper, thread=thread, text="Is it a small one?")
        answer = services.reply(author=helper, thread=thread, text="Becuase it is small.")
        made = services.suggest(by=asker, post=answer, text="Because it is small.", reason="A slip")
        services.split(posts=[first, answer], title="Why small tables differ", board=thread.board)
        take(suggestion=made)
        assert Revision.objects.latest("pk").editor == asker
        made.post.refresh_from_db()
        addresses = [f"/forum/posts/{answer.pk}/history/", "/inbox/"]
        assert self.readers_learn(asker, helper, *addresses) == []

    def test_what_was_written_before_is_marked(self, thread, other, asker, helper):
        own = services.reply(author=asker, thread=thread, text="I mean the small one.")
        theirs = services.reply(author=helper, thread=thread, text="Because it is small.")
        elsewhere = services.reply(author=asker, thread=other, text="Because it is large.")
        merged = ask(other.board, asker, other.skills.get(), is_anonymous=True)
        into = ask(other.board, helper, other.skills.get(), title="What is it then?")
        services.merge(source=merged, into=into)
        services.edit(by=asker, post=own, text="I mean the tiny one.")
        for table in (Post, Revision):
            table.objects.update(is_anonymous=False)
        step = importlib.import_module("features.forum.migrations.0011_anonymity_of_what_is_written")
        step.mark(apps, None)
        opening = thread.posts.get(part="opening")
        marked = set(Post.objects.filter(is_anonymous=True).values_list("pk", flat=True))
        assert marked == {opening.pk, own.pk, into.posts.get(author=asker).pk}
        assert not {theirs.pk, elsewhere.pk} & marked
        assert Revision.objects.filter(is_anonymous=False).count() == 0


def act(by, name, post, **given):
    [entry] = moderation.act(by=by, name=name, keys=[f"post:{post.pk}"], reason="repeated", given=given)
    return entry


class TestStates:
    def test_what_was_hidden_where_it_went_is_hidden_when_it_comes_back(self, thread, other, moderator):
        opening = thread.posts.get(part="opening")
        merged = act(moderator, "merge", opening, into=other, accepted="")
        removed = act(moderator, "remove", opening)
        moderation.undo(by=moderator, entry=merged)
        thread.refresh_from_db()
        assert thread.state == "hidden"
        for url in (thread.get_absolute_url(), f"/api/v1/threads/{thread.pk}/"):
            assert Client().get(url).status_code == 404
        moderation.undo(by=moderator, entry=removed)
        assert Client().get(thread.get_absolute_url()).status_code == 200

    def test_a_hidden_answer_hides_no_others_that_are_split_off_with_it(self, thread, helper):
        posts = [services.reply(author=helper, thread=thread, text=f"Answer {n}.") for n in "123"]
        Post.objects.filter(pk=posts[0].pk).update(state="hidden")
        services.split(posts=posts, title="Of another kind altogether", board=thread.board)
        made = Thread.objects.latest("pk")
        assert (made.state, made.replies) == ("shown", 1)
        text = Client().get(made.get_absolute_url()).text
        assert [f"Answer {n}." in text for n in "123"] == [False, True, True]

    def test_what_it_began_with_may_have_been_moved_on(self, thread, other, moderator):
        opening = thread.posts.get(part="opening")
        merged = act(moderator, "merge", opening, into=other, accepted="")
        split = act(moderator, "split", opening, title="A thread of its own again")
        with pytest.raises(ModerationRefused, match="moved_on"):
            moderation.undo(by=moderator, entry=merged)
        made = Thread.objects.latest("pk")
        again = act(moderator, "merge", Post.objects.get(pk=opening.pk), into=other, accepted="")
        with pytest.raises(ModerationRefused, match="moved_on"):
            moderation.undo(by=moderator, entry=split)
        for entry in (again, split, merged):
            moderation.undo(by=moderator, entry=Entry.objects.get(pk=entry.pk))
        assert [Client().get(at.get_absolute_url()).status_code for at in (thread, other, made)] == [200, 200, 301]
        assert opening.thread == thread

    def test_a_second_merge_is_taken_back_by_itself(self, thread, other, board, asker, skill):
        third = ask(board, asker, skill, title="And why is that so?")
        first = services.merge(source=thread, into=other)
        second = services.merge(source=other, into=third)
        services.unmerge(source=other, before=second)
        assert Client().get(thread.get_absolute_url())["Location"] == other.get_absolute_url()
        services.merge(source=other, into=third)
        services.unmerge(source=thread, before=first)
        assert (thread.posts.count(), third.posts.count()) == (1, 2)


class TestAcceptance:
    @pytest.fixture
    def aged(self, thread, asker, helper):
        """An accepted answer that nobody confirmed in time."""
        Board.objects.update(shelf_months=6)
        now = timezone.now()
        post = services.reply(author=helper, thread=thread, text="Because it is small.")
        services.accept(by=asker, post=post, now=now - timedelta(days=200))
        services.mark_stale(now)
        return post

    def test_the_other_answer_inherits_no_age(self, aged, thread, other, asker, helper):
        fresh = services.reply(author=asker, thread=other, text="When it would be slower.")
        services.accept(by=helper, post=fresh)
        before = services.merge(source=other, into=Thread.objects.get(pk=thread.pk), accepted="source")
        thread.refresh_from_db()
        assert (thread.accepted_id, thread.is_stale) == (fresh.pk, False)
        assert thread.ages_at > timezone.now() + timedelta(days=100)
        services.unmerge(source=other, before=before)
        thread.refresh_from_db()
        other.refresh_from_db()
        assert (thread.accepted_id, thread.is_stale, other.accepted_id) == (aged.pk, True, fresh.pk)

    def test_its_age_goes_with_it_and_is_not_left_behind(self, aged, thread, other):
        services.merge(source=thread, into=other)
        other.refresh_from_db()
        assert (other.accepted_id, other.is_stale) == (aged.pk, True)
        services.split(posts=[Post.objects.get(pk=aged.pk)], title="Of small tables alone", board=other.board)
        other.refresh_from_db()
        assert (other.accepted_id, other.is_stale, other.ages_at) == (None, False, None)

    def test_what_was_taken_back_meanwhile_stays_so(self, aged, thread, other, asker):
        before = services.merge(source=other, into=thread)
        services.take_back_acceptance(by=asker, post=aged)
        services.unmerge(source=other, before=before)
        thread.refresh_from_db()
        assert thread.accepted_id is None


class TestProof:
    def test_only_answers_to_somebody_elses_question_prove_anything(self, thread, other, asker, helper):
        """Votes on a question, and answers to one's own, are none where it is merged."""
        people = [make_user(f"Reader {n}") for n in range(3)]
        opening = thread.posts.get(part="opening")
        own = services.reply(author=asker, thread=thread, text="It was small.")
        theirs = services.reply(author=helper, thread=thread, text="Because it is small.")
        elsewhere = services.reply(author=asker, thread=other, text="When it is small.")
        for person in people:
            for post in (opening, own, theirs, elsewhere):
                services.vote(person=person, post=post, value=1)
        into = ask(other.board, make_user("Ngozi Eze"), other.skills.get(), title="When are indexes left alone?")
        services.merge(source=thread, into=into)
        services.merge(source=other, into=into)
        proven = SkillEvidence.objects.standing().filter(kind="answer_valued").values_list("source", flat=True)
        assert set(proven) == {f"post:{theirs.pk}", f"post:{elsewhere.pk}"}


class TestWhereItStands:
    def test_the_api_leads_on_too(self, client, thread, other, asker, moderator):
        services.merge(source=thread, into=other)
        for person in (None, asker, moderator):
            if person:
                client.force_login(person)
            answer = client.get(f"/api/v1/threads/{thread.pk}/")
            assert (answer.status_code, answer.json()["id"]) == (200, other.pk)
            assert len(client.get(f"/api/v1/threads/{thread.pk}/posts/").json()["items"]) == 1

    def test_what_waits_waits_for_those_of_the_area(self, thread, asker, helper, moderator):
        post = services.reply(author=helper, thread=thread, text="Buy my course.")
        services.suggest(by=helper, post=thread.posts.get(part="opening"), text="Why is that?", reason="Shorter")
        moderation.flag(person=asker, key=f"post:{post.pk}", reason="advertising")
        kitchen = Board.objects.create(name="Kitchen", slug="kitchen", about="Pots", skill=make_skill("Cooking"))
        scopes = Case.objects.waiting().order_by("scope").values_list("scope", flat=True).distinct()
        entry = act(moderator, "move", thread.posts.get(part="opening"), board=kitchen)
        assert list(scopes.all()) == [kitchen.scope]
        moderation.undo(by=moderator, entry=entry)
        assert list(scopes.all()) == [thread.board.scope]
        board = thread.board
        for skill in (kitchen.skill, board.skill):
            board.skill = skill
            services.save_board(board=board, by=moderator)
            run_pending()
            assert list(scopes.all()) == [board.scope]
        into = ask(kitchen, helper, kitchen.skill, title="Which pot is the right one?")
        Case.objects.filter(ref=str(into.posts.get().pk)).delete()
        entry = act(moderator, "merge", thread.posts.get(part="opening"), into=into, accepted="")
        assert list(scopes.all()) == [kitchen.scope]

    def test_both_threads_tell_of_a_merge_and_of_a_split(self, client, thread, other, helper, moderator):
        client.force_login(helper)
        answer = services.reply(author=helper, thread=thread, text="Another thing.")
        split = act(moderator, "split", answer, title="Another thing altogether")
        made, said = Thread.objects.latest("pk"), "made a thread of its own of"
        act(moderator, "close", thread.posts.get(part="opening"))
        pages = {at.pk: client.get(at.get_absolute_url()).text for at in (thread, made, other)}
        assert [said in pages[at.pk] for at in (thread, made, other)] == [True, True, False]
        assert ["closed this thread" in pages[at.pk] for at in (thread, made)] == [True, False]
        merged = act(moderator, "merge", thread.posts.get(part="opening"), into=other, accepted="")
        page = client.get(other.get_absolute_url()).text
        assert "merged a thread into another one" in page
        assert said in page  # what was done to posts is told where they are
        moderation.undo(by=moderator, entry=merged)
        assert "merged a thread" not in client.get(other.get_absolute_url()).text
        assert "Taken back" in client.get(thread.get_absolute_url()).text
        moderation.undo(by=moderator, entry=split)
        assert client.get(made.get_absolute_url()).status_code == 301

    def test_the_old_feed_leads_on(self, client, thread, other):
        services.merge(source=thread, into=other)
        answer = client.get(f"{thread.get_absolute_url()}feed.atom")
        assert (answer.status_code, answer["Location"]) == (301, f"{other.get_absolute_url()}feed.atom")

    def test_an_answer_by_mail_finds_its_way(self, thread, other, helper, settings):
        settings.INBOUND_ADDRESS = "reply@in.example.org"
        services.merge(source=thread, into=other)
        row = services.receive(message(helper.email, address(helper.pk, "t", thread.pk)))
        assert (row.refused, row.post.thread) == ("", other)

    def test_an_answer_from_a_page_of_before_too(self, client, thread, other, helper):
        services.merge(source=thread, into=other)
        client.force_login(helper)
        client.post(f"{thread.get_absolute_url()}replies/", {"text": "Because it is small."})
        assert other.posts.latest("pk").text == "Because it is small."


class TestBeside:
    def test_who_hears_of_it_drafts_duplicates_and_invitations_go_along_and_come_back(
        self, board, thread, other, asker, helper, skill
    ):
        third = ask(board, make_user("Ngozi Eze"), skill, title="Is it?")
        invited, reader = make_user("Kwame Boateng"), make_user("Rea")
        services.invite(by=asker, thread=thread, person=invited)
        services.propose_duplicate(by=reader, thread=thread, of=third)
        services.propose_duplicate(by=reader, thread=thread, of=other)
        services.propose_duplicate(by=reader, thread=third, of=thread)
        services.save_draft(person=reader, place=f"thread:{thread.pk}", words={"text": "Because"})
        services.save_draft(person=helper, place=f"thread:{thread.pk}", words={"text": "Here"})
        services.save_draft(person=helper, place=f"thread:{other.pk}", words={"text": "There"})
        Follow.objects.create(person=reader, key=f"thread:{thread.pk}", level="digest")

        def beside(at):
            return (
                dict(Follow.objects.filter(key=f"thread:{at.pk}").values_list("person", "level")),
                set(Draft.objects.filter(place=f"thread:{at.pk}").values_list("words__text", flat=True)),
                set(Duplicate.objects.filter(thread=at).values_list("of", flat=True)),
                set(Duplicate.objects.filter(of=at).values_list("thread", flat=True)),
                set(Invitation.objects.filter(thread=at).values_list("person", flat=True)),
            )

        were = beside(thread), beside(other)
        before = services.merge(source=thread, into=other)
        assert beside(other) == (
            {asker.pk: "mail", helper.pk: "mail", reader.pk: "digest"}, {"Because", "There"}, {third.pk},
            {third.pk, thread.pk}, {invited.pk},
        )  # fmt: skip
        services.reply(author=third.author, thread=other, text="When it is small.")
        run_pending()
        assert Notification.objects.filter(recipient=asker, kind="thread_reply").exists()
        were[1][0][third.author_id] = ""  # who wrote there meanwhile goes on hearing of it
        services.unmerge(source=thread, before=before)
        assert (beside(thread), beside(other)) == were

    def test_who_wrote_what_is_split_off_hears_of_it(self, thread, helper):
        posts = [services.reply(author=helper, thread=thread, text="Another thing.")]
        services.split(posts=posts, title="Another thing altogether", board=thread.board)
        assert Follow.objects.filter(key=f"thread:{Thread.objects.latest('pk').pk}").get().person == helper


class TestNotAnAnswer:
    """What was not written to answer a question is read there, and not counted, until whoever asked says otherwise."""

    @pytest.fixture
    def talk(self, board, asker, skill, helper):
        """A discussion with one reply, and a comment below it."""
        talk = ask(board, asker, skill, kind="discussion", title="How we deal with indexes here")
        reply = services.reply(author=helper, thread=talk, text="We look at the plan first.")
        services.remark(author=asker, post=reply, text="So do we.")
        return talk

    @pytest.fixture
    def question(self, board, skill):
        return ask(board, make_user("Ngozi Eze"), skill, title="Who reads plans, and how?")

    def test_a_discussion_answers_no_question(self, client, talk, question, moderator):
        reply = talk.posts.get(part="reply")
        for number in range(3):
            services.vote(person=make_user(f"Reader {number}"), post=reply, value=1)
        before = services.merge(source=talk, into=question)
        question.refresh_from_db()
        assert (question.replies, services.recount()) == (0, 0)
        assert question in Thread.objects.unanswered()
        text = client.get(question.get_absolute_url()).text
        assert "0 answers" in text
        assert "We look at the plan first." in text
        assert text.count("from another thread, not counted as an answer") == 2
        assert "QAPage" not in text
        said = client.get(f"/api/v1/threads/{question.pk}/posts/").json()["items"]
        assert [post["is_aside"] for post in said] == [True, True]
        assert not SkillEvidence.objects.standing().exists()
        with pytest.raises(services.ForumRefused, match="answered"):  # what others said hangs on it all the same
            services.take_back(by=question.author, post=question.posts.get(part="opening"))
        services.unmerge(source=talk, before=before)
        talk.refresh_from_db()
        assert (talk.replies, Post.objects.filter(is_aside=True).count()) == (1, 0)

    def test_what_solved_it_is_an_answer(self, client, talk, question):
        services.merge(source=talk, into=question)
        reply = talk_reply = question.posts.get(text="We look at the plan first.")
        services.accept(by=question.author, post=reply)
        question.refresh_from_db()
        assert (question.accepted_id, question.replies, services.recount()) == (talk_reply.pk, 1, 0)
        assert SkillEvidence.objects.standing().get().kind == "answer_accepted"
        text = client.get(question.get_absolute_url()).text
        assert "1 answer" in text
        assert text.count("not counted as an answer") == 1

    def test_what_another_question_began_with_is_none_and_its_answers_are(self, thread, question, helper, talk):
        services.reply(author=helper, thread=thread, text="Because it is small.")
        services.merge(source=thread, into=question)
        question.refresh_from_db()
        assert question.replies == 1
        # In a discussion all are replies.
        services.merge(source=question, into=talk)
        talk.refresh_from_db()
        assert talk.replies == 4

    def test_what_was_said_in_a_part_that_comes_back_is_none_either(self, thread, helper, board):
        answer = services.reply(author=helper, thread=thread, text="Because it is small.")
        before = services.split(posts=[answer], title="Of small tables alone", board=board)
        made = Thread.objects.latest("pk")
        services.reply(author=thread.author, thread=made, text="I did not know that.")
        services.unsplit(before=before)
        thread.refresh_from_db()
        assert (thread.replies, thread.posts.filter(is_aside=True).count()) == (1, 1)

    def test_nothing_goes_where_not_everybody_reads(self, thread, other, moderator):
        for state in ("hidden", "held", "removed", "workshop"):
            Thread.objects.filter(pk=other.pk).update(state=state)
            with pytest.raises(ModerationRefused, match="hidden") as refused:
                act(moderator, "merge", thread.posts.get(part="opening"), into=other, accepted="")
            assert "Show it first" in str(refused.value.words)
        assert thread.posts.count() == 1


class TestRead:
    """How far somebody has read goes along."""

    def news(self, person, *threads):
        client = Client()
        client.force_login(person)
        text = client.get("/forum/").text
        return [text.partition(f">{at.title}</a>")[2].partition("</h3>")[0] for at in threads]

    def read(self, person, thread):
        services.mark_read(person=person, thread=Thread.objects.get(pk=thread.pk), post=thread.posts.latest("pk").pk)

    def test_who_read_both_finds_what_is_new_and_no_more(self, thread, other, helper, asker):
        reader = make_user("Kwame Boateng")
        for at in (thread, other):
            services.reply(author=helper if at == thread else asker, thread=at, text="First.")
            self.read(reader, at)
        assert self.news(reader, thread, other) == ["", ""]
        late = services.reply(author=helper, thread=thread, text="Second.")
        before = services.merge(source=thread, into=other)
        [said] = self.news(reader, other)
        assert "1 new" in said
        client = Client()
        client.force_login(reader)
        text = client.get(other.get_absolute_url()).text
        assert f"?at={late.pk}#post-{late.pk}" in text
        self.read(reader, other)
        assert self.news(reader, other) == [""]
        services.unmerge(source=thread, before=before)
        assert self.news(reader, thread, other) == ["", ""]

    def test_who_read_one_of_them(self, thread, other, helper, asker):
        of_source, of_target = make_user("Kwame Boateng"), make_user("Rea")
        services.reply(author=helper, thread=thread, text="First.")
        self.read(of_source, thread)
        services.reply(author=asker, thread=other, text="Second.")
        self.read(of_target, other)
        services.reply(author=helper, thread=thread, text="Third.")
        before = services.merge(source=thread, into=other)
        for person in (of_source, of_target):
            [said] = self.news(person, other)
            assert "1 new" in said or "2 new" in said
            self.read(person, other)
            assert self.news(person, other) == [""]
        services.unmerge(source=thread, before=before)
        assert not Reading.objects.filter(thread=other, person=of_source).exists()
        assert self.news(of_target, other) == [""]

    def test_what_they_were_told_of_is_read_where_it_stands(self, thread, other, helper, asker):
        post = services.reply(author=helper, thread=thread, text="Because it is small.")
        run_pending()
        told = Notification.objects.filter(recipient=asker, kind="thread_reply")
        services.merge(source=thread, into=other)
        services.reply(author=helper, thread=other, text="And because nobody has counted it.")
        run_pending()
        assert told.count() == 1  # they have yet to look at the first
        services.mark_read(person=asker, thread=other, post=post.pk)
        assert not told.unread().exists()
        services.reply(author=helper, thread=other, text="Since yesterday.")
        run_pending()
        assert told.unread().count() == 1


class TestMovedWhileSomebodyLooks:
    """What somebody has before them may be elsewhere, or out of sight, when they press."""

    @pytest.fixture
    def stale(self, thread, helper):
        post = services.reply(author=helper, thread=thread, text="Because it is small.")
        return Post.objects.select_related("thread__board").get(pk=post.pk)

    def test_a_vote_counts_where_it_stands(self, stale, thread, asker, board):
        services.split(posts=[stale], title="Of small tables alone", board=board)
        services.vote(person=asker, post=stale, value=1)
        made = Thread.objects.latest("pk")
        assert (made.score, Thread.objects.get(pk=thread.pk).score) == (1, 0)
        services.set_state(post=stale, state="hidden")
        made.refresh_from_db()
        assert (made.state, services.recount()) == ("hidden", 0)

    def test_only_an_answer_that_is_there_is_accepted(self, stale, asker, board):
        services.set_state(post=Post.objects.get(pk=stale.pk), state="hidden")
        with pytest.raises(services.ForumRefused, match="gone"):
            services.accept(by=asker, post=stale)
        services.set_state(post=Post.objects.get(pk=stale.pk), state="shown")
        services.split(posts=[stale], title="Of small tables alone", board=board)
        with pytest.raises(services.ForumRefused, match="not_the_asker"):
            services.accept(by=asker, post=stale)
