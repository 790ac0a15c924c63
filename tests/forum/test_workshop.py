"""The workshop: a first question, seen by who asked it and by volunteers, until it is published."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from core.jobs import run_pending
from features.accounts.access import Ability
from features.discovery.models import Document
from features.forum import services
from features.forum.access import helps_in_workshop
from features.forum.models import Post, State, Thread
from features.moderation import services as moderation
from features.moderation.models import Case, Entry
from features.notifications import services as notifications
from features.notifications.models import Notification
from tests.factories import make_user
from tests.forum.conftest import ask

pytestmark = pytest.mark.django_db
TITLE = "Help, my database is slow somehow"
BETTER = {"title": "Why does Postgres ignore my index?", "text": "Three hundred rows, one index, and `Seq Scan`."}


@pytest.fixture(scope="module")
def volunteer(helper, thread_of_others):
    Post.objects.filter(author=helper).update(ups=10)
    return helper


@pytest.fixture(scope="module")
def thread_of_others(board, skill, helper):
    return ask(board, helper, skill, title="What is a bitmap heap scan?")


@pytest.fixture(scope="module")
def first(board, asker, skill):
    return ask(board, asker, skill, title=TITLE, in_workshop=True)


def test_a_new_asker_may_ask_for_help_and_reads_how_it_stands(client, board, asker, skill):
    client.force_login(asker)
    assert "Help me with it first" in client.get("/forum/new/").text
    body = {"kind": "question", "board": "databases", "title": TITLE, "skills": "PostgreSQL", "in_workshop": "on"}
    answer = client.post("/forum/new/", body | {"text": "It was fast, and now it is not."}, follow=True)
    assert "Volunteers see it now." in answer.text
    assert "Only you and volunteers read this." in answer.text
    assert "Publish it now" in answer.text
    assert not Case.objects.exists()
    thread = Thread.objects.get()
    answer = client.post(f"/forum/threads/{thread.pk}/{thread.slug}/publication/", follow=True)
    assert "It is there for everybody to read." in answer.text
    assert Case.objects.get().cause == Case.Cause.FIRST
    assert "Help me with it first" not in client.get("/forum/new/").text
    with pytest.raises(services.ForumRefused, match="not_new"):
        ask(board, asker, skill, in_workshop=True)


def test_nobody_else_finds_it_anywhere(client, first, outsider, board, skill):
    url = first.get_absolute_url()
    assert not Document.objects.filter(kind="thread", ref=str(first.pk)).exists()
    for person in (None, outsider):
        if person:
            client.force_login(person)
        assert client.get(url).status_code == 404
        assert client.get(f"{url}feed.atom").status_code == 404
        assert client.get(f"/forum/posts/{first.posts.get().pk}/history/").status_code == 404
        for page in (
            "/forum/",
            "/forum/unanswered/",
            "/forum/boards/databases/",
            f"/forum/?q={TITLE}",
            "/forum/feed.atom",
        ):
            assert f"/threads/{first.pk}/" not in client.get(page).text
        assert f"/threads/{first.pk}/" not in client.get("/sitemap-threads.xml").text
    page = client.get("/forum/workshop/").text
    assert TITLE not in page
    assert "voted up ten times" in page


def test_who_follows_hears_of_it_when_it_is_published(first, board, outsider):
    notifications.follow(person=outsider, key=f"board:{board.pk}")
    run_pending()
    assert not Notification.objects.filter(recipient=outsider).exists()
    services.publish(by=first.author, thread=first)
    run_pending()
    assert Notification.objects.get(recipient=outsider).kind == "thread_opened"
    assert Document.objects.filter(kind="thread", ref=str(first.pk)).exists()


def test_a_volunteer_says_edits_and_publishes_and_each_is_told(client, first, volunteer, asker):
    opening = first.posts.get()
    client.force_login(volunteer)
    assert TITLE in client.get("/forum/workshop/").text
    page = client.get(first.get_absolute_url()).text
    assert "It is ready: publish it" in page
    assert "it takes answers" in page
    assert ">Quote<" not in page
    client.post(f"/forum/posts/{opening.pk}/comments/", {"text": "Which version do you use?"})
    run_pending()
    [letter] = [one for one in mail.outbox if one.to == [asker.email]]
    assert "Which version do you use?" in letter.body
    services.remark(author=asker, post=opening, text="Eighteen, since Monday.")
    assert Notification.objects.get(recipient=volunteer).kind == "workshop_answered"
    page = client.get(first.get_absolute_url()).text
    assert "Which version do you use?" in page
    assert "Eighteen, since Monday." in page
    answer = client.post(f"/forum/posts/{opening.pk}/edit/", BETTER | {"reason": "So that it is found"}, follow=True)
    assert "Three hundred rows" in answer.text
    assert Notification.objects.filter(recipient=asker, kind="workshop_changed").count() == 1
    assert not Entry.objects.exists()  # a volunteer is no moderator
    first.refresh_from_db()
    client.post(f"/forum/threads/{first.pk}/{first.slug}/publication/")
    run_pending()
    assert [one.subject for one in mail.outbox if one.to == [asker.email]][-1] == f"Published: {BETTER['title']}"
    # What was said and changed in the workshop stays there.
    client.logout()
    page = client.get(first.get_absolute_url()).text
    assert "Three hundred rows" in page
    assert "Which version" not in page
    history = client.get(f"/forum/posts/{opening.pk}/history/").text
    assert "From before the question was published." in history
    assert TITLE not in history
    assert volunteer.name in history


def test_a_day_without_a_word_publishes_it_as_it_stands(first, volunteer):
    now = timezone.now()
    services.remark(author=volunteer, post=first.posts.get(), text="Which one?", now=now + timedelta(hours=20))
    assert services.publish_due(now=now + timedelta(hours=43)) == 0
    assert services.publish_due(now=now + timedelta(hours=45)) == 1
    assert services.publish_due(now=now + timedelta(hours=99)) == 0
    first.refresh_from_db()
    assert first.state == State.SHOWN
    assert first.created_at == now + timedelta(hours=45)
    assert Notification.objects.filter(recipient=first.author, kind="workshop_published").exists()


def test_links_that_nobody_looked_at_go_to_a_moderator_first(board, asker, skill, volunteer):
    text = "It is as they say in [this list](https://lists.example/sql), is it not?"
    held = ask(board, asker, skill, text=text, in_workshop=True)
    assert held.state == State.HELD  # not a matter of the workshop
    other = make_user("Emil Berg")
    thread = ask(board, other, skill, in_workshop=True)
    services.edit(by=other, post=thread.posts.get(), text=text)
    assert services.publish(by=other, thread=thread).state == State.HELD
    assert Case.objects.filter(person=other, cause=Case.Cause.FIRST).count() == 1
    third = make_user("Farah Aziz")
    thread = ask(board, third, skill, in_workshop=True)
    services.edit(by=third, post=thread.posts.get(), text=text)
    assert services.publish(by=volunteer, thread=thread).state == State.SHOWN


def test_who_may_not_write_is_not_published_by_the_clock(first, organiser):
    moderation.impose(by=organiser, person=first.author, kind="silence", reason="Shouting")
    assert services.publish_due(now=timezone.now() + timedelta(days=3)) == 0


def test_no_answers_votes_or_edits_by_others_in_the_workshop(first, outsider, volunteer):
    with pytest.raises(services.ForumRefused, match="gone"):
        services.reply(author=volunteer, thread=first, text="Here is your answer.")
    with pytest.raises(services.ForumRefused):
        services.vote(person=volunteer, post=first.posts.get(), value=1)
    with pytest.raises(services.ForumRefused):
        services.remark(author=outsider, post=first.posts.get(), text="I should not be here.")
    with pytest.raises(services.ForumRefused):
        services.edit(by=outsider, post=first.posts.get(), text="Neither should this", reason="No")
    with pytest.raises(services.ForumRefused):
        services.publish(by=outsider, thread=first)


def test_the_ability_is_earned_and_can_be_taken_away(volunteer, outsider, organiser, board):
    assert helps_in_workshop(volunteer, board)
    assert not helps_in_workshop(outsider, board)
    moderation.impose(
        by=organiser, person=volunteer, kind="limit", ability=Ability.TIDY, reason="Edited against the askers"
    )
    assert not helps_in_workshop(volunteer, board)


def test_a_moderator_hides_what_does_not_belong_and_a_volunteer_reports_it(client, first, volunteer, moderator):
    key = f"post:{first.posts.get().pk}"
    client.force_login(volunteer)
    assert client.get(f"/reports/post/{first.posts.get().pk}/").status_code == 200
    [entry] = moderation.act(by=moderator, name="remove", keys=[key], reason="advertising")
    first.refresh_from_db()
    assert first.state == State.HIDDEN
    moderation.undo(by=moderator, entry=entry)
    first.refresh_from_db()
    assert first.state == State.WORKSHOP


def test_the_workshop_is_the_same_work_however_much_waits(
    client, board, skill, volunteer, django_assert_max_num_queries
):
    for name in ("Emil Berg", "Farah Aziz", "Hana Sato", "Devi Rao"):
        ask(board, make_user(name), skill, title=f"A first question by {name}", in_workshop=True)
    client.force_login(volunteer)
    client.get("/forum/workshop/")
    with django_assert_max_num_queries(14):
        page = client.get("/forum/workshop/")
    assert len(page.context["lines"]) == 4


def test_the_api_asks_for_help_and_publishes(client, board, asker, skill):
    client.force_login(asker)
    body = {"board": "databases", "title": TITLE, "markdown": "It was fast, now it is not.", "skills": ["PostgreSQL"]}
    made = client.post("/api/v1/threads/", body | {"in_workshop": True}, "application/json").json()
    assert made["state"] == "workshop"
    assert client.get("/api/v1/threads/").json()["items"] == []
    published = client.put(f"/api/v1/threads/{made['id']}/publication/")
    assert (published.status_code, published.json()["state"]) == (200, "shown")
