"""A post is drawn from parts that are kept: it says what its template says, to each reader, and what is so now."""

import re

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from core import gaps
from features.forum import pages, services
from features.forum.models import Board, Post, Thread
from features.forum.pages import said as pages_said
from features.forum.pages.said import draw_post, with_forms
from tests.factories import make_user
from tests.forum.conftest import ask

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def moderator(kept):
    return make_user("Ines Falk", role="moderator")


@pytest.fixture(scope="module")
def posts(thread, asker, helper):
    """An opening post and answers of every kind."""
    answers = [services.reply(author=helper, thread=thread, text=f"Answer **{n}** & more") for n in range(6)]
    for n in range(7):
        services.remark(author=asker, post=answers[0], text=f"Comment {n}")
    services.remark(author=helper, post=answers[1], text="One comment")
    services.accept(by=asker, post=answers[1])
    services.vote(person=asker, post=answers[2], value=1)
    for post, state in zip(answers[3:], ("hidden", "held", "removed"), strict=True):
        Post.objects.filter(pk=post.pk).update(state=state)
    services.edit(by=helper, post=answers[0], text="Another answer")
    Post.objects.filter(pk=answers[0].pk).update(edited_at=answers[0].created_at)
    return [thread.posts.get(part="opening"), *thread.posts.filter(part="reply").order_by("pk")]


def same(text):
    return re.sub(r"\s+", " ", text)


def unsigned(text):
    """Without what is another one in each answer."""
    return same(re.sub(r'name="(began|csrfmiddlewaretoken)" value="[^"]*"|after=[^"&]*', "", text))


class TestDrawing:
    def test_says_what_the_template_says_to_each_reader(self, posts, thread, asker, helper, moderator):
        Thread.objects.filter(pk=thread.pk).update(is_anonymous=True)
        Post.objects.filter(author=asker).update(is_anonymous=True)
        seen = set()
        for person in (make_user("Kwame Boateng"), asker, helper, moderator) * 2:
            for closing in ("", "locked"):
                Thread.objects.filter(pk=thread.pk).update(closing=closing)
                for post in posts:
                    said = pages.one(person, post)["post"]
                    context = {"post": said, "has_session": True, "user": person, "csrf_token": "t", "began": "b"}
                    drawn = with_forms(draw_post(said, True, "en"), "t", "b").decode()
                    assert same(drawn) == same(render_to_string("forum/_post.html", context))
                    assert said.may_suggest == services.may_suggest(person, post, Thread.objects.get(pk=thread.pk))
                    seen.add(said.kind())
        assert len(seen) > 30

    def test_is_the_page_of_everybody(self, posts, thread, asker, helper, moderator):
        addresses = [thread.get_absolute_url(), f"{thread.get_absolute_url()}?sort=oldest"]
        texts = {}
        for person in (None, make_user("Kwame Boateng"), asker, helper, moderator):
            client = Client()
            if person:
                client.force_login(person)
            texts[person and person.name] = "".join(client.get(address).text for address in addresses)
        assert "Hidden by a moderator" not in texts[None] + texts["Kwame Boateng"] + texts["Sofia Mendes"]
        assert "Hidden by a moderator" in texts["Amara Okonjo"]
        assert "Hidden by a moderator" in texts["Ines Falk"]
        assert [name for name, text in texts.items() if "This solved it" in text] == ["Sofia Mendes", "Ines Falk"]
        assert [name for name, text in texts.items() if "/moderation/acts/hide/" in text] == ["Ines Falk"]
        assert "<form" not in texts[None].partition("<main")[2].partition("</main")[0]
        assert gaps.MARK not in "".join(texts.values())

    def test_an_accepted_answer_that_is_hidden_is_no_answer_to_who_may_not_see_it(
        self, posts, thread, asker, helper, moderator
    ):
        Post.objects.filter(pk=posts[2].pk).update(state="hidden")
        assert Thread.objects.get(pk=thread.pk).accepted_id == posts[2].pk
        for person, sees in ((None, False), (asker, False), (helper, True), (moderator, True)):
            client = Client()
            if person:
                client.force_login(person)
            for end in ("", "?sort=oldest"):
                text = client.get(f"{thread.get_absolute_url()}{end}").text
                assert ("To the answer" in text, f'id="post-{posts[2].pk}"' in text) == (sees, sees)

    def test_a_description_for_machines_says_signs_once(self, client, thread):
        Post.objects.filter(thread=thread).update(html="<p>Is 1 &lt; 2 &amp; 3?</p>")
        assert 'name="description" content="Is 1 &lt; 2 &amp; 3?"' in client.get(thread.get_absolute_url()).text


class TestMoulds:
    """Drawn from parts or anew from the templates, a page is the same: no kind of a thing is taken for another."""

    @pytest.fixture
    def anew(self, monkeypatch):
        def fill(mould, kind, context, values, request=None, language=None):
            return render_to_string(mould.template, context(dict(zip(mould.marks, values, strict=True))), request)

        def of(client, address):
            with monkeypatch.context() as patch:
                patch.setattr(gaps.Mould, "fill", fill)
                patch.setattr(pages_said, "KEPT", {})
                return client.get(address).text

        return of

    def test_every_kind_of_a_thread_says_what_its_templates_say(
        self, anew, posts, thread, board, asker, skill, moderator
    ):
        talk = ask(board, asker, skill, title="Tables & <indexes>", kind="discussion")
        other = ask(board, asker, skill, title='Are "small" tables & <indexes> friends?')
        services.propose_duplicate(by=make_user("Ngozi Eze"), thread=other, of=thread)
        clients = [Client() for _ in range(4)]
        for client, person in zip(clients[1:], (make_user("Kwame Boateng"), asker, moderator), strict=True):
            client.force_login(person)
        now = thread.created_at
        states = [
            {},
            {"is_stale": True, "ages_at": now},
            {"confirmed_at": now, "ages_at": now},
            {"closing": "closed", "is_acceptance_locked": True},
            {"state": "workshop", "accepted": None, "active_at": timezone.now()},
            {"state": "hidden", "is_anonymous": True},
        ]
        for state in states:
            Thread.objects.filter(pk=thread.pk).update(**state)
            Post.objects.filter(author=asker).update(is_anonymous="is_anonymous" in state)
            addresses = [f"{thread.get_absolute_url()}{end}" for end in ("", "?sort=oldest", f"?at={posts[2].pk}")]
            for address in (*addresses, other.get_absolute_url(), talk.get_absolute_url()):
                for client in clients:
                    said, expected = client.get(address), anew(client, address)
                    assert unsigned(said.text) == unsigned(expected), (state, address)
                    assert said.status_code == 200 or state.get("state")


class TestKept:
    """What most readers see of a post is drawn once for all of them."""

    @pytest.fixture
    def drawings(self, monkeypatch):
        """How many posts a page drew."""
        monkeypatch.setattr(pages_said, "KEPT", {})
        drawn, plain = [], pages_said.draw_post
        monkeypatch.setattr(pages_said, "draw_post", lambda said, *rest: drawn.append(said) or plain(said, *rest))

        def of(person, thread):
            client = Client()
            client.force_login(person)
            drawn.clear()
            assert client.get(thread.get_absolute_url()).status_code == 200
            return [said.part for said in drawn]

        return of

    def test_for_whoever_may_do_the_same(self, drawings, posts, thread, helper, moderator):
        first = drawings(make_user("Kwame Boateng"), thread)
        assert len(first) > 2
        came_with_the_thread = ["opening", "reply"]
        assert drawings(make_user("Ngozi Eze"), thread) == came_with_the_thread
        assert drawings(moderator, thread) == drawings(moderator, thread) > came_with_the_thread
        assert drawings(helper, thread) == drawings(helper, thread) > came_with_the_thread

    def test_no_more_than_so_many(self, drawings, posts, thread, monkeypatch):
        monkeypatch.setattr(pages_said, "MOST", 1)
        drawings(make_user("Kwame Boateng"), thread)
        assert len(pages_said.KEPT) == 1
        monkeypatch.setattr(pages_said, "LONGEST", 10)
        pages_said.KEPT.clear()
        drawings(make_user("Ngozi Eze"), thread)
        assert not pages_said.KEPT


class TestWhatIsSoNow:
    def page(self, person, thread):
        client = Client()
        client.force_login(person)
        return client.get(Thread.objects.get(pk=thread.pk).get_absolute_url()).text

    def test_an_edit_a_vote_a_comment_and_another_name_stand_on_the_next_page(self, thread, asker, helper):
        reader = make_user("Kwame Boateng")
        post = services.reply(author=helper, thread=thread, text="Because it is small.")
        assert "Because it is small." in self.page(reader, thread)
        services.edit(by=helper, post=post, text="Because it is tiny.")
        services.vote(person=reader, post=post, value=1)
        services.remark(author=asker, post=post, text="How tiny?")
        helper.name, helper.handle = "Amara Okonjo-Bell", "amara-bell"
        helper.save()
        text = self.page(reader, thread)
        assert "Because it is small." not in text
        for words in ("Because it is tiny.", "How tiny?", "Amara Okonjo-Bell", "/people/amara-bell/"):
            assert words in text
        assert 'aria-pressed="true" aria-label="This helps"' in text
        assert 'aria-pressed="true" aria-label="This helps"' not in self.page(asker, thread)

    def test_what_is_hidden_closed_or_somebodys_who_is_gone_is_so_on_the_next_page(self, thread, helper):
        reader = make_user("Kwame Boateng")
        first, second = [services.reply(author=helper, thread=thread, text=f"Answer {n}.") for n in "12"]
        assert "Answer 1." in self.page(reader, thread)
        Post.objects.filter(pk=first.pk).update(state="hidden")
        helper.is_active = False
        helper.save()
        text = self.page(reader, thread)
        assert "Answer 1." not in text
        assert f'id="post-{second.pk}"' in text
        assert f"/people/{helper.handle}/" not in text
        Thread.objects.filter(pk=thread.pk).update(closing="locked")
        assert 'aria-label="This helps"' not in self.page(reader, thread)
        assert "This thread is locked" in self.page(reader, thread)

    def test_a_role_that_ended_takes_its_menu_along(self, thread, moderator):
        assert "/moderation/acts/hide/" in self.page(moderator, thread)
        moderator.role_grants.all().delete()
        assert "/moderation/acts/hide/" not in self.page(moderator, thread)
        assert Board.objects.count() == 1
