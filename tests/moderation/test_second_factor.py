"""A9: without a second factor a session has no powers of a role, on pages that everybody reads neither."""

# ruff: noqa: F811 - fixtures of another module

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from features.accounts.models import RoleGrant
from features.forum import services as forum
from features.forum.models import Post
from tests.factories import make_user
from tests.forum.conftest import ask
from tests.moderation.test_curating import answer, board, thread  # noqa: F401

pytestmark = pytest.mark.django_db
CANARY = "canary-of-what-was-hidden"


def browser(person, **facts):
    client = Client()
    client.force_login(person, **facts)
    return client


@pytest.fixture(params=["moderator", "organiser", "area_moderator"])
def in_charge(request, db, skill):
    person = make_user("Ines Falk")
    scope = f"skill:{skill.pk}" if request.param == "area_moderator" else ""
    RoleGrant.objects.create(person=person, role=request.param, scope=scope)
    return person


def test_what_is_hidden_and_who_has_no_name_is_read_with_one_alone(
    in_charge,
    thread,
    answer,
    board,
    outsider,
    skill,
):
    Post.objects.filter(pk=answer.pk).update(html=CANARY, state="hidden")
    nameless = ask(board, outsider, skill, is_anonymous=True, title="What does nobody here dare to ask?")
    weak, strong = browser(in_charge, second_factor=False), browser(in_charge)
    for client, reads in ((weak, False), (strong, True)):
        page = client.get(thread.get_absolute_url()).text
        assert (CANARY in page) is reads
        assert (outsider.name in client.get(nameless.get_absolute_url()).text) is reads
        assert ("rests in this session" in page) is not reads
        assert client.get(answer.get_absolute_url()).status_code == (302 if reads else 404)
        assert client.get(f"/forum/posts/{answer.pk}/edit/").status_code == (200 if reads else 404)
    assert "rests in this session" not in browser(outsider, second_factor=False).get(thread.get_absolute_url()).text


def test_nobody_elses_words_are_changed_without_one(in_charge, answer):
    form = {"text": "Other words.", "reason": "Mine now"}
    browser(in_charge, second_factor=False).post(f"/forum/posts/{answer.pk}/edit/", form)
    assert Post.objects.get(pk=answer.pk).text == answer.text
    browser(in_charge).post(f"/forum/posts/{answer.pk}/edit/", form)
    assert Post.objects.get(pk=answer.pk).text == "Other words."


def test_the_way_to_their_pages_is_there_and_asks_for_one(moderator):
    weak = browser(moderator, second_factor=False)
    assert "Manage the site" in weak.get("/account/").text
    assert weak.get("/moderation/")["Location"] == "/account/2fa/"


def test_it_costs_no_statement(moderator, thread):
    forum.reply(author=make_user("Rea"), thread=thread, text="It is small.")
    counts = []
    for client in (browser(make_user("Jo")), browser(moderator, second_factor=False)):
        client.get(thread.get_absolute_url())
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(thread.get_absolute_url())
        counts.append(len(asked))
    assert counts[0] == counts[1]
