"""Discussions of other forums: each row once, in whatever order they come, and a killed run goes on where it stood."""

import json

import pytest
from django.core.management import CommandError, call_command

from features.accounts.models import User
from features.accounts.services import forget_unconfirmed
from features.discovery.models import Document
from features.forum import services
from features.forum.importing import arriving
from features.forum.importing.markdown import markdown_of
from features.forum.models import Post, Thread

pytestmark = pytest.mark.django_db

USERS = """<?xml version="1.0" encoding="utf-8"?><users>
<row Id="1" DisplayName="Ada &lt;b&gt;" CreationDate="2019-01-02T03:04:05.678" />
<row Id="2" DisplayName="Bo" CreationDate="2019-02-02T03:04:05.678" />
<row Id="3" CreationDate="2019-02-02" />
</users>"""
POSTS = """<?xml version="1.0" encoding="utf-8"?><posts>
<row Id="10" PostTypeId="1" AcceptedAnswerId="12" OwnerUserId="1" CreationDate="2020-05-01T10:00:00.000" Score="5"
  Title="Why is a cross join slow?" Tags="&lt;postgres&gt;&lt;unheard-of&gt;"
  Body="&lt;p&gt;I run &lt;code&gt;a cross join b&lt;/code&gt;.&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;" />
<row Id="12" PostTypeId="2" ParentId="10" OwnerUserId="2" CreationDate="2020-05-01T11:00:00.000"
  Body="&lt;p&gt;All pairs.&lt;/p&gt;" />
<row Id="13" PostTypeId="2" ParentId="999" CreationDate="2020-05-01T12:00:00.000" Body="&lt;p&gt;Lost.&lt;/p&gt;" />
<row Id="14" PostTypeId="2" ParentId="10" CreationDate="yesterday" Body="&lt;p&gt;When?&lt;/p&gt;" />
<row Id="15" PostTypeId="4" CreationDate="2020-05-01T12:00:00.000" Body="" />
</posts>"""
VOTES = (
    "<votes>"
    + "".join(
        f'<row Id="{n}" PostId="{post}" VoteTypeId="{kind}" />'
        for n, (post, kind) in enumerate([(10, 2), (10, 2), (10, 3), (12, 2), (12, 1)])
    )
    + "</votes>"
)
COMMENTS = """<comments>
<row Id="7" PostId="12" UserId="1" Text="Of course!" CreationDate="2020-05-02T11:00:00.000" />
</comments>"""
TOPIC = {
    "id": 5,
    "title": "How do you name your tables?",
    "tags": ["postgres"],
    "closed": False,
    "post_stream": {
        "posts": [
            {
                "id": 51,
                "post_number": 1,
                "username": "cleo",
                "created_at": "2021-01-01T00:00:00Z",
                "raw": "Plural or **not**?",
            },
            {
                "id": 52,
                "post_number": 2,
                "username": "dan",
                "created_at": "2021-01-02T00:00:00Z",
                "cooked": "<p>Singular.</p>",
                "actions_summary": [{"id": 2, "count": 3}],
            },
            {"id": 53, "post_number": 3, "username": "dan", "created_at": None, "raw": "?"},
        ]
    },
}


@pytest.fixture
def dump(tmp_path):
    for name, text in (("Users", USERS), ("Posts", POSTS), ("Votes", VOTES), ("Comments", COMMENTS)):
        (tmp_path / f"{name}.xml").write_text(text, "utf-8")
    return tmp_path


def bring(path, capsys):
    call_command("import_discussions", str(path), board="databases")
    return capsys.readouterr()


def test_a_dump_of_stack_exchange_arrives_once(dump, board, skill, client, capsys):
    said = bring(dump, capsys)
    assert "2 people, 1 threads, 1 answers, 1 comments, 1 accepted answers" in said.out
    for words in ("Users.xml 3: 'DisplayName' is missing", "post:999", "Posts.xml 14:"):
        assert words in said.err
    thread = Thread.objects.get()
    opening, answer = thread.posts.exclude(part="comment").order_by("pk")
    assert (thread.kind, thread.accepted, thread.replies) == ("question", answer, 1)
    assert (opening.score, opening.ups, answer.score) == (1, 2, 1)
    assert opening.html == "<p>I run <code>a cross join b</code>.</p>\n<p>alert(1)</p>\n"
    assert opening.author.name == "Ada <b>"
    assert not opening.author.is_active
    assert list(thread.skills.all()) == [skill]
    assert str(thread.created_at.date()) == "2020-05-01"
    assert thread.active_at > thread.created_at
    assert Document.objects.filter(kind="thread", ref=str(thread.pk)).exists()
    assert "All pairs." in client.get(thread.get_absolute_url()).text
    assert services.recount() == 0
    assert forget_unconfirmed() == 0
    before = (User.objects.count(), Post.objects.count())
    assert "0 people, 0 threads, 0 answers, 0 comments, 0 accepted" in bring(dump, capsys).out
    assert (User.objects.count(), Post.objects.count()) == before


def test_a_run_that_was_killed_goes_on_where_it_stood(dump, board, capsys, monkeypatch):
    monkeypatch.setattr(arriving, "BATCH", 1)
    whole = arriving._answers
    monkeypatch.setattr(arriving, "_answers", lambda *given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        bring(dump, capsys)
    assert Post.objects.count() == 1
    monkeypatch.setattr(arriving, "_answers", whole)
    assert "0 people, 0 threads, 1 answers, 1 comments, 1 accepted" in bring(dump, capsys).out
    assert Thread.objects.get().is_solved


def test_topics_of_discourse_arrive(tmp_path, board, capsys):
    (tmp_path / "5.json").write_text(json.dumps(TOPIC), "utf-8")
    (tmp_path / "6.json").write_text("{", "utf-8")
    said = bring(tmp_path, capsys)
    assert "2 people, 1 threads, 1 answers, 0 comments" in said.out
    assert "6.json" in said.err
    assert "post 53" in said.err
    thread = Thread.objects.get()
    assert thread.kind == "discussion"
    assert thread.posts.get(part="opening").html == "<p>Plural or <strong>not</strong>?</p>\n"
    assert (thread.posts.get(part="reply").text, thread.posts.get(part="reply").score) == ("Singular.", 3)
    assert "0 threads, 0 answers" in bring(tmp_path, capsys).out


def test_what_few_could_read_over_there_is_left_out_and_said(tmp_path, board, capsys):
    ways = {
        "a private message": {"archetype": "private_message"},
        "it was deleted": {"deleted_at": "2021-02-01T00:00:00Z"},
        "it was not listed": {"visible": False},
    }
    for number, facts in enumerate(ways.values(), start=1):
        posts = [{"id": number, "username": f"member{number}", "created_at": "2021-01-01T00:00:00Z", "raw": "Canary"}]
        topic = {"id": number, "title": "A canary of a topic", "archetype": "regular", "posts": posts} | facts
        (tmp_path / f"{number}.json").write_text(json.dumps(topic | {"accepted_answer": {"post_number": 1}}), "utf-8")
    taken_back = {"id": 54, "post_number": 4, "username": "dan", "created_at": "2021-01-02T00:00:00Z", "raw": "Canary"}
    posts = [*TOPIC["post_stream"]["posts"], taken_back | {"user_deleted": True}]
    (tmp_path / "5.json").write_text(json.dumps(TOPIC | {"visible": True, "post_stream": {"posts": posts}}), "utf-8")
    said = bring(tmp_path, capsys)
    assert "2 people, 1 threads, 1 answers, 0 comments, 0 accepted" in said.out
    for number, why in enumerate(ways, start=1):
        assert f"{number}.json topic {number}: left out: {why}" in said.err
    assert Thread.objects.get().title == TOPIC["title"]
    assert not Post.objects.filter(text__contains="Canary").exists()


def test_entities_and_other_files_are_refused(tmp_path, board):
    with pytest.raises(CommandError, match="neither"):
        call_command("import_discussions", str(tmp_path), board="databases")
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><posts><row Id="&a;"/></posts>'
    (tmp_path / "Posts.xml").write_text(bomb, "utf-8")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_discussions", str(tmp_path), board="databases")


def test_html_becomes_the_markdown_that_says_the_same():
    html = (
        "<p>A <b>bold</b> <a href='https://x.example'>link</a> *star*</p><pre><code>a &lt; b\n  c</code></pre>"
        "<ul><li>one</li><li>two</li></ul><blockquote><p>said</p></blockquote>"
    )
    assert markdown_of(html) == (
        "A **bold** [link](https://x.example) \\*star\\*\n\n    a < b\n      c\n\n- one\n\n- two\n\n> said"
    )


def test_who_takes_an_acceptance_back_here_is_not_asked_again(dump, board, capsys, moderator):
    bring(dump, capsys)
    services.take_back_acceptance(by=moderator, post=Thread.objects.get().accepted)
    assert "0 accepted answers" in bring(dump, capsys).out
    assert not Thread.objects.get().is_solved
