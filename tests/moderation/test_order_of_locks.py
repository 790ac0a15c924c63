"""Whoever decides about things locks them in one order: the thing, the thread in which it stands, its case. The other
way round each of two would hold what the other one waits for."""

from contextlib import contextmanager
from threading import Event
from types import SimpleNamespace

import pytest
from django.db import connection, transaction

from features.forum import services as forum
from features.forum.models import Board, Post
from features.forum.services import curating, writing
from features.moderation import services
from features.moderation.models import Case
from features.moderation.services import cases, flags
from tests.factories import make_skill, make_user
from tests.forum.conftest import ask
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db(transaction=True)


def until_somebody_waits():
    """For a lock that somebody in this database holds."""
    for _ in range(1500):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*), pg_sleep(0.01) FROM pg_locks JOIN pg_stat_activity USING (pid)"
                " WHERE NOT granted AND datname = current_database()"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")


@contextmanager
def halfway(monkeypatch, place, name):
    """One call of a function waits, once, until somebody else waits for what it holds by now."""
    known, reached = getattr(place, name), Event()

    def waits(*args, **given):
        if not reached.is_set():
            reached.set()
            until_somebody_waits()
        return known(*args, **given)

    with monkeypatch.context() as patch:
        patch.setattr(place, name, waits)
        yield reached


@pytest.fixture
def world():
    skill = make_skill("SQL")
    boards = [
        Board.objects.create(name=name, slug=name.lower(), about="x", skill=about)
        for name, about in (("Databases", skill), ("Planning", make_skill("Planning")))
    ]
    asker, author = make_user("Sofia Mendes"), make_user("Amara Okonjo")
    threads = [ask(board, asker, skill, title=f"Why is that so in {board.name}?") for board in boards]
    posts = [forum.reply(author=author, thread=thread, text=f"Because, in {thread.pk}.") for thread in threads]
    return SimpleNamespace(
        threads=threads,
        posts=posts,
        author=author,
        moderator=make_user("Ines Falk", role="moderator"),
        second=make_user("Oskar Lindqvist", role="moderator"),
    )


def key(post):
    return f"post:{post.pk}"


def merge(world, reached):
    def run():
        reached.wait(60)
        source, into = world.threads
        opening = source.posts.get(part="opening")
        given = {"into": into, "accepted": ""}
        return services.act(by=world.second, name="merge", keys=[key(opening)], reason="repeated", given=given)

    return run


def done(results):
    assert [result for result in results if isinstance(result, Exception)] == []


def test_a_report_that_hides_and_a_merge(world, monkeypatch):
    post = world.posts[0]
    with halfway(monkeypatch, flags, "hide_pending") as reached:
        report = lambda: services.flag(person=world.moderator, key=key(post), reason="rude")  # noqa: E731
        done(in_parallel([report, merge(world, reached)]))
    case = Case.objects.get(ref=str(post.pk), decided_at=None)
    post.refresh_from_db()
    assert (post.state, post.thread) == ("held", world.threads[1])
    assert case.scope == post.thread.board.scope


def test_a_decision_that_shows_and_a_merge(world, monkeypatch):
    post = world.posts[0]
    services.flag(person=world.second, key=key(post), reason="rude")
    case = Case.objects.get(ref=str(post.pk), decided_at=None)
    with halfway(monkeypatch, cases, "_show") as reached:
        decide = lambda: services.decide(by=world.moderator, case=case, outcome="kept")  # noqa: E731
        done(in_parallel([decide, merge(world, reached)]))
    post.refresh_from_db()
    case.refresh_from_db()
    assert (post.state, post.thread, case.outcome) == ("shown", world.threads[1], "kept")


def test_two_selections_across_threads(world, monkeypatch):
    one, two = world.posts
    other, another = (forum.reply(author=world.author, thread=thread, text="And more.") for thread in world.threads)
    with halfway(monkeypatch, curating, "_settle") as reached:

        def hide(by, *posts):
            return services.act(by=by, name="hide", keys=[key(post) for post in posts], reason="rude")

        def second():
            reached.wait(60)
            return hide(world.second, another, other)

        done(in_parallel([lambda: hide(world.moderator, one, two), second]))
    assert set(Post.objects.filter(part="reply").values_list("state", flat=True)) == {"held"}


def test_a_post_that_was_moved_is_waited_for_with_nothing_else_in_hand(world, monkeypatch):
    """A vote waits for a thread; when it has it, the post stands in another one, which somebody else has, who comes for
    the first one."""
    into, source = world.threads
    post, voter = world.posts[1], make_user("Hanna Berg")
    locked, moved, held = Event(), Event(), Event()
    lock = writing.lock

    def waits(thread):
        if thread.pk == into.pk:
            held.wait(60)
        return lock(thread)

    def move():
        with transaction.atomic():
            lock(source)
            locked.set()
            until_somebody_waits()
            Post.objects.filter(pk=post.pk).update(thread=into)
        moved.set()

    def take_both():
        moved.wait(60)
        with transaction.atomic():
            lock(into)
            held.set()
            until_somebody_waits()
            lock(source)

    def vote():
        locked.wait(60)
        return forum.vote(person=voter, post=post, value=1)

    monkeypatch.setattr(writing, "lock", waits)
    done(in_parallel([move, take_both, vote]))
    post.refresh_from_db()
    assert (post.score, post.thread_id) == (1, into.pk)
