"""Templates with gaps say what the templates themselves would say, and to each viewer what is theirs."""

import re

import pytest
from django.test import Client
from django.utils.safestring import mark_safe

from core import gaps
from tests.factories import make_user

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')


class TestMould:
    @pytest.fixture
    def drawn(self, monkeypatch):
        """What templates were drawn with. One stands for all of them here."""
        seen = []

        def draw(template, context, request):
            seen.append(context)
            return f"<b>{context['name']}</b><a href='/{context['pk']}/'>{context['name']}</a>{context['kind']} 100%"

        monkeypatch.setattr(gaps, "render_to_string", draw)
        return seen

    def fill(self, mould, kind, **values):
        return mould.fill(kind, lambda marks: marks | {"kind": kind}, [values["name"], values["pk"]])

    def test_a_template_is_drawn_once_for_each_kind(self, drawn):
        mould = gaps.Mould("any.html", ("name", "pk"))
        assert self.fill(mould, "plain", name="Ada", pk=7) == "<b>Ada</b><a href='/7/'>Ada</a>plain 100%"
        assert self.fill(mould, "plain", name="Kwame", pk=12) == "<b>Kwame</b><a href='/12/'>Kwame</a>plain 100%"
        assert self.fill(mould, "other", name="Ada", pk=7).endswith("other 100%")
        assert len(drawn) == 2

    def test_words_are_escaped_and_ready_html_is_not(self, drawn):
        mould = gaps.Mould("any.html", ("name", "pk"))
        assert "<b>&lt;i&gt;&#x27;&amp;</b>" in self.fill(mould, 1, name="<i>'&", pk=1)
        assert "<b><i>Ada</i></b>" in self.fill(mould, 1, name=mark_safe("<i>Ada</i>"), pk=1)

    def test_whoever_writes_the_marks_themselves_gets_no_more_than_that(self, drawn):
        mould = gaps.Mould("any.html", ("name", "pk"))
        mark = f"{gaps.MARK}01"
        assert self.fill(mould, 1, name=mark, pk=5) == f"<b>{mark}</b><a href='/5/'>{mark}</a>1 100%"

    def test_no_more_kinds_are_kept_than_there_is_room_for(self, drawn):
        mould = gaps.Mould("any.html", ("name", "pk"), most=3)
        for kind in range(9):
            self.fill(mould, kind, name="Ada", pk=1)
        assert len(mould.made) == 3


@pytest.mark.django_db
class TestFrame:
    """The page of a thread stands in it."""

    @pytest.fixture
    def address(self, learner, skill):
        from features.forum.models import Board
        from tests.forum.conftest import ask

        board = Board.objects.create(name="Databases", slug="databases", about="Queries and plans", skill=skill)
        return ask(board, learner, skill).get_absolute_url()

    @pytest.fixture
    def plainly(self, monkeypatch):
        """The same page by the template alone."""
        from django.shortcuts import render

        from features.forum.views import browse

        def of(client, address):
            with monkeypatch.context() as patch:
                patch.setattr(
                    browse,
                    "render_framed",
                    lambda request, template, *, same, gaps, token: render(request, template, same | gaps),
                )
                return client.get(address).text

        return of

    def test_is_for_each_viewer_what_the_template_says(self, address, plainly, learner):
        people = [make_user("Ada & Co <3", theme="dark"), make_user("Kwame Boateng", time_zone="Africa/Accra"), learner]
        clients = [Client(), *(Client() for _ in people)]
        for client, person in zip(clients[1:], people, strict=True):
            client.force_login(person)
        for client in clients * 2:
            framed, plain = client.get(f"{address}?sort=oldest&x=%22"), plainly(client, f"{address}?sort=oldest&x=%22")
            same = [re.sub(r'name="began" value="[^"]+"', "", TOKEN.sub("", text)) for text in (framed.text, plain)]
            assert same[0] == same[1]
        assert "Ada &amp; Co &lt;3" in clients[1].get(address).text

    def test_forms_hold_the_token_of_their_own_reader(self, address, learner):
        client = Client(enforce_csrf_checks=True)
        client.force_login(learner)
        tokens = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(address).text))
        for token in tokens:
            answer = client.post(f"{address}following/", {"level": "digest"}, headers={"X-CSRFToken": token})
            assert answer.status_code == 303

    def test_a_message_is_told_once_and_to_nobody_else(self, address, learner, expert):
        first, other = Client(), Client()
        first.force_login(learner)
        other.force_login(expert)
        other.get(address)
        first.post(f"{address}following/", {"level": "off"})
        answers = [client.get(address).text.partition('id="messages"')[2].partition("<main")[0] for client in
                   (other, first, first, other)]  # fmt: skip
        assert ["note" in text for text in answers] == [False, True, False, False]
