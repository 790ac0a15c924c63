"""Questions about a session: asked from its page, voted there, and threads of the forum from the first moment."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.jobs import run_pending
from features.discovery import services as discovery
from features.forum import services
from features.forum.models import Board, Thread
from features.notifications import services as notifications
from features.notifications.models import Notification
from features.sessions.models import SkillSession
from tests.factories import make_session, make_skill, make_user
from tests.forum.conftest import ask

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
TITLE = "Which line of a plan do I read first?"


@pytest.fixture(scope="module")
def session(helper, skill):
    made = make_session(helper, about=[skill])
    discovery.republish("session", [str(made.pk)])
    return made


def about(session):
    return f"session:{session.pk}"


def test_the_page_leads_to_a_form_that_knows_session_board_and_skills(client, session, board, asker):
    client.force_login(asker)
    Board.objects.create(name="Anything else", slug="else", about="The rest", skill=make_skill("Talking"), position=0)
    page = client.get(session.get_absolute_url()).text
    assert f'href="/forum/new/?about=session%3A{session.pk}"' in page
    form = client.get(f"/forum/new/?about={about(session)}")
    assert session.title in form.text
    assert form.context["form"]["skills"].value() == "PostgreSQL"
    assert form.context["form"]["board"].value() == "databases"
    body = {"kind": "question", "board": "databases", "title": TITLE, "skills": "PostgreSQL", "about": about(session)}
    answer = client.post("/forum/new/", body | {"text": "It has forty lines and I begin at the top."})
    assert answer.status_code == 303
    thread = Thread.objects.get()
    assert thread.about == about(session)
    page = client.get(session.get_absolute_url()).text
    assert TITLE in page
    assert "0 answers" in page
    assert session.title in client.get(thread.get_absolute_url()).text


def test_of_what_is_over_nothing_is_asked_before_it_begins(client, session, board, asker):
    assert "Ask before it begins" in client.get(session.get_absolute_url()).text
    over = timezone.now() - timedelta(days=2)
    SkillSession.objects.filter(pk=session.pk).update(starts_at=over, ends_at=over + timedelta(hours=1))
    assert "Nobody asked anything." in client.get(session.get_absolute_url()).text


def test_a_draft_still_says_what_it_is_about(client, session, helper, skill, board, asker):
    client.force_login(asker)
    typed = {"kind": "question", "board": "databases", "title": TITLE, "text": "Forty lines.", "skills": "Talking"}
    client.post("/forum/draft/", typed | {"about": about(session)})
    form = client.get("/forum/new/")
    assert session.title in form.text
    assert form.context["form"]["about"].value() == about(session)
    assert (form.context["form"]["title"].value(), form.context["form"]["skills"].value()) == (TITLE, "Talking")
    other = make_session(helper, about=[skill], title="Another evening")
    assert client.get(f"/forum/new/?about={about(other)}").context["form"]["about"].value() == about(other)
    SkillSession.objects.filter(pk=session.pk).update(published_at=None)
    form = client.get("/forum/new/")
    assert session.title not in form.text
    assert form.context["form"]["about"].value() == ""
    assert form.context["form"]["title"].value() == TITLE


def test_the_host_is_told_once_and_in_so_many_words(session, board, asker, helper, skill):
    notifications.follow(person=helper, key=f"board:{board.pk}")
    thread = ask(board, asker, skill, about=about(session), title=TITLE)
    run_pending()
    told = Notification.objects.filter(recipient=helper)
    assert [(row.kind, row.ref) for row in told] == [("asked_about", str(thread.pk))]
    [letter] = [one for one in mail.outbox if one.to == [helper.email]]
    assert letter.subject == f"A question about your session: {TITLE}"
    services.tell_of_thread(thread.pk)
    run_pending()
    assert len([one for one in mail.outbox if one.to == [helper.email]]) == 1


def test_who_asks_about_their_own_session_is_not_told(session, board, helper, skill):
    ask(board, helper, skill, about=about(session), title=TITLE)
    run_pending()
    assert not Notification.objects.filter(kind="asked_about").exists()


def test_what_one_does_not_see_cannot_be_asked_about(client, session, board, asker, helper, skill):
    draft = make_session(helper, published=False, title="Not for anybody yet")
    for key in (about(draft), "session:999999", "person:1", "session:x", "post:1"):
        with pytest.raises(services.ForumRefused, match="gone"):
            ask(board, asker, skill, about=key)
    client.force_login(asker)
    assert "Not for anybody yet" not in client.get(f"/forum/new/?about={about(draft)}").text
    thread = ask(board, asker, skill, about=about(session), title=TITLE)
    SkillSession.objects.filter(pk=session.pk).update(published_at=None)
    client.logout()
    page = client.get(thread.get_absolute_url()).text
    assert session.title not in page
    assert client.get(f"/forum/?about={about(session)}").text.count(session.title) == 0


def test_the_best_voted_stand_first_and_a_vote_is_given_there(client, session, board, asker, helper, skill):
    first = ask(board, asker, skill, about=about(session), title="Is a sequential scan always bad news?")
    second = ask(board, asker, skill, about=about(session), title=TITLE)
    client.force_login(helper)
    page = client.get(session.get_absolute_url())
    assert titles(page) == [TITLE, first.title]
    opening = first.posts.get()
    assert f'action="/forum/posts/{opening.pk}/vote/"' in page.text
    answer = client.post(f"/forum/posts/{opening.pk}/vote/", {"value": "1"}, headers=HTMX)
    assert f'id="vote-{opening.pk}"' in answer.text
    assert titles(client.get(session.get_absolute_url())) == [first.title, second.title]


def titles(page):
    [(_template, panel)] = page.context["panels"]
    return [question.title for question in panel["questions"]]


def test_few_stand_there_and_the_rest_is_one_link_away_at_the_same_cost(client, session, board, asker, helper, skill):
    def asked(number):
        return ask(board, asker, skill, about=about(session), title=f"Question number {number} about plans")

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as seen:
            page = client.get(session.get_absolute_url())
        return len(seen), page

    client.force_login(helper)
    asked(0)
    queries()
    few, _page = queries()
    for number in range(1, 7):
        asked(number)
    hidden = asked(7)
    services.set_state(post=hidden.posts.get(), state="hidden")
    many, page = queries()
    assert many == few
    assert len(titles(page)) == 5
    assert hidden.title not in titles(page)
    listed = client.get(f"/forum/?about={about(session)}")
    assert [line.title for line in listed.context["lines"]] == [
        f"Question number {n} about plans" for n in range(6, -1, -1)
    ]
    assert "Asked about “Reading a query plan without fear”" in listed.text


def test_solved_and_asked_meanwhile_are_said(client, board, asker, helper, skill):
    now = timezone.now()
    session = make_session(helper, about=[skill], starts_at=now - timedelta(minutes=34))
    thread = ask(board, asker, skill, about=about(session), title=TITLE)
    page = client.get(session.get_absolute_url()).text
    assert "asked in minute 35" in page
    services.accept(by=asker, post=services.reply(author=helper, thread=thread, text="The innermost one."))
    assert "Solved" in client.get(session.get_absolute_url()).text


def test_without_a_name_there_as_well(client, session, board, asker, skill):
    ask(board, asker, skill, about=about(session), title=TITLE, is_anonymous=True)
    page = client.get(session.get_absolute_url()).text
    assert TITLE in page
    assert asker.name not in page


def test_a_site_without_a_board_and_a_draft_have_no_questions(client, helper, skill):
    session = make_session(helper, about=[skill], published=False)
    client.force_login(helper)
    assert client.get(session.get_absolute_url()).context["panels"] == []
    SkillSession.objects.update(published_at=timezone.now())
    assert client.get(session.get_absolute_url()).context["panels"] == []


def test_the_api_asks_and_lists(client, session, board, asker, skill):
    client.force_login(asker)
    body = {
        "board": "databases",
        "title": TITLE,
        "markdown": "It has forty lines, where do I begin?",
        "skills": ["PostgreSQL"],
    }
    made = client.post("/api/v1/threads/", body | {"about": about(session)}, "application/json")
    assert (made.status_code, made.json()["about"]) == (201, about(session))
    assert client.post("/api/v1/threads/", body | {"about": "session:0"}, "application/json").status_code == 409
    ask(board, asker, skill)
    listed = client.get("/api/v1/threads/", {"about": about(session)}).json()["items"]
    assert [row["title"] for row in listed] == [TITLE]


def test_the_session_gone_leaves_the_question(session, board, asker, skill):
    kept = ask(board, asker, skill, about=about(session), title=TITLE)
    gone = ask(board, asker, skill, title="How long does a plan take to be made?")
    Thread.objects.filter(pk=gone.pk).update(about="session:999999")
    services.forget_demo()
    assert dict(Thread.objects.values_list("pk", "about")) == {kept.pk: about(session), gone.pk: ""}


def test_nobody_suspended_is_told(session, board, asker, skill, helper):
    type(helper).objects.filter(pk=helper.pk).update(is_active=False)
    with pytest.raises(services.ForumRefused, match="gone"):
        ask(board, make_user("Emil Berg"), skill, about=about(session))
