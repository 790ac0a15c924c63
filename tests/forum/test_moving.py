"""Threads that are merged and split: what was so of each post stays so, and what hung on a thread goes where it went."""

import importlib

import pytest
from django.apps import apps
from django.test import Client

from features.forum import services
from features.forum.models import Post, Revision, Thread
from features.forum.services.suggesting import take
from features.forum.similar import solvers, who_may_know
from features.skills.models import SkillEvidence
from tests.factories import make_user
from tests.forum.conftest import ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator(db):
    return make_user("Oskar Lindqvist", role="moderator")


@pytest.fixture
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
