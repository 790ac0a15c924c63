"""Asking, answering, remarking: what is written is rendered and cleaned once, here.

Whoever changes what a thread counts locks the thread's row first, then posts, so that two verbs never wait for each
other.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.jobs import enqueue
from core.limits import hit
from features.accounts.access import Ability
from features.accounts.models import User
from features.accounts.services import audit
from features.discovery import services as discovery
from features.forum import wording
from features.forum.access import may_read
from features.forum.models import Board, Closing, Draft, Post, State, Thread
from features.forum.services.asked_about import check_about
from features.forum.services.guards import check_pace, queue_first, state_for
from features.forum.services.refusals import ForumRefused, check_ability, check_seen, check_title
from features.forum.services.telling import tell_in_workshop
from features.notifications import services as notifications
from features.notifications.models import Follow, Level

SEARCHED = 20  # replies whose words lead to a thread: a long one is not written anew with every reply
AGAIN = timedelta(minutes=1)
Part = Post.Part


@transaction.atomic
def ask(
    *,
    author: User,
    board: Board,
    kind: str,
    title: str,
    text: str,
    skills,
    is_anonymous: bool = False,
    about: str = "",
    in_workshop: bool = False,
    now: datetime | None = None,
    typed: float | None = None,
    keeps_draft: bool = False,
    once: bool = False,
) -> Thread:
    """Begin a question or a discussion; without a name to readers, `is_anonymous`. Raises ForumRefused, and RateLimited
    from the eleventh of a day. Who asks is told of answers by mail, until they choose otherwise.
    `about` is the key of what it is asked about; whose that is, is told. `in_workshop`: volunteers look at it first,
    where it is a first one. `typed` are the seconds that writing it took, where that is known. `keeps_draft`: it comes
    from elsewhere than the page, where something else may have been typed. `once`: from a form, whose button may be
    pressed twice."""
    now = now or timezone.now()
    check_ability(author, Ability.POST, board.scope)
    if not board.is_open:
        raise ForumRefused("board_closed", _("This board takes no new threads. Choose another one."))
    title = check_title(title)
    check_about(author, about)
    hit("forum_thread", author.pk)
    if once and (sent := _sent_already(author, text, now, part=Part.OPENING, thread__board=board, thread__title=title)):
        return sent.thread
    state, is_first = state_for(author, text, "thread", now, typed)
    if in_workshop and not is_new(author):
        raise ForumRefused("not_new", _("The workshop is for first questions, and you have asked before. Publish it."))
    if in_workshop and state == State.SHOWN:
        state = State.WORKSHOP  # what is looked at by a moderator needs no volunteer
    thread = Thread(board=board, kind=kind, title=title, author=author, created_at=now, active_at=now)
    thread.is_anonymous, thread.about, thread.state = is_anonymous, about, state
    thread.slug = thread.make_slug()
    thread.save()
    thread.skills.set(skills)
    post = _write(thread, Part.OPENING, author, text, now, state=state)
    index(thread)
    if is_first and state != State.WORKSHOP:
        queue_first(post, now)
    follow_by_writing(author, thread, Level.MAIL)
    if not keeps_draft:
        Draft.objects.filter(person=author, place="new").delete()
    enqueue("features.forum.tasks.tell_of_thread", thread.pk, key=f"forum-thread:{thread.pk}")
    return thread


@transaction.atomic
def reply(
    *,
    author: User,
    thread: Thread,
    text: str,
    now: datetime | None = None,
    typed: float | None = None,
    keeps_draft: bool = False,
    once: bool = False,
) -> Post:
    """Answer a question, or say something in a discussion. Raises ForumRefused and RateLimited."""
    now = now or timezone.now()
    thread = lock(thread)
    _may_write(author, thread)
    if once and (sent := _sent_already(author, text, now, part=Part.REPLY, thread=thread)):
        return sent
    if thread.closing:
        raise ForumRefused("closed", _("This thread takes no new answers. Ask a question of your own instead."))
    check_pace(author, thread, now)
    state, is_first = state_for(author, text, "reply", now, typed)
    post = _write(thread, Part.REPLY, author, text, now, state=state)
    if state == State.SHOWN:
        Thread.objects.filter(pk=thread.pk).update(replies=F("replies") + 1, active_at=now)
        if thread.replies < SEARCHED:
            index(thread)
    if is_first:
        queue_first(post, now)
    follow_by_writing(author, thread)
    if not keeps_draft:
        Draft.objects.filter(person=author, place=f"thread:{thread.pk}").delete()
    enqueue("features.forum.tasks.tell_of_reply", post.pk, key=f"forum-reply:{post.pk}")
    return post


@transaction.atomic
def remark(
    *,
    author: User,
    post: Post,
    text: str,
    now: datetime | None = None,
    typed: float | None = None,
    once: bool = False,
) -> Post:
    """A comment below a post: about it, not an answer. Raises ForumRefused and RateLimited."""
    now = now or timezone.now()
    thread, about = lock_post(post)
    _may_write(author, thread, in_workshop=True)
    if about.part == Part.COMMENT or about.state != thread.state:
        raise ForumRefused("gone", _("There is nothing here to comment on any more. Look at the thread again."))
    if once and (sent := _sent_already(author, text, now, part=Part.COMMENT, parent=about)):
        return sent
    check_pace(author, thread, now)
    state, is_first = state_for(author, text, "comment", now, typed)
    if thread.state == State.WORKSHOP:
        comment = _write(thread, Part.COMMENT, author, text, now, parent=about, state=State.WORKSHOP)
        Thread.objects.filter(pk=thread.pk).update(active_at=now)  # the day begins anew
        tell_in_workshop(comment, thread)
        return comment
    comment = _write(thread, Part.COMMENT, author, text, now, parent=about, state=state)
    if is_first:
        queue_first(comment, now)
    if state != State.SHOWN:
        return comment
    Post.objects.filter(pk=about.pk).update(comments=F("comments") + 1)
    Thread.objects.filter(pk=thread.pk).update(active_at=now)
    if about.author_id != author.pk and about.author.is_active:
        notifications.notify(about.author, "post_comment", comment.pk, comment.get_absolute_url())
    return comment


def is_new(author: User) -> bool:
    """Whether nobody has read a question of theirs yet."""
    return not Thread.objects.shown().filter(author=author).exists()


def _sent_already(author: User, text: str, now: datetime, **where) -> Post | None:
    """The same, a moment ago."""
    of_late = Post.objects.filter(author=author, created_at__gt=now - AGAIN, created_at__lte=now, **where)
    of_late = of_late.exclude(state__in=[State.HIDDEN, State.REMOVED]).select_related("thread")
    return of_late.filter(text=wording.clean(text)).first()


def lock(thread: Thread) -> Thread:
    """The thread's row, for this transaction alone."""
    return Thread.objects.select_for_update(of=("self",)).select_related("board", "author").get(pk=thread.pk)


def lock_post(post: Post) -> tuple[Thread, Post]:
    """A post and the thread in which it stands by now, for this transaction alone. While one waited for a thread, the
    post may have been moved to another: then the first is let go, as nobody holds one and waits for a lower one."""
    while True:
        with transaction.atomic():
            thread = lock(Thread(pk=post.thread_id))
            post = Post.objects.select_for_update(of=("self",)).select_related("author").get(pk=post.pk)
            if post.thread_id == thread.pk:
                post.thread = thread
                return thread, post
            transaction.set_rollback(True)


def _may_write(author, thread, in_workshop=False) -> None:
    check_ability(author, Ability.POST, thread.board.scope)
    if thread.closing == Closing.LOCKED:
        raise ForumRefused("locked", _("This thread is locked, so nothing is added to it any more."))
    if thread.state != State.SHOWN and not (
        in_workshop and thread.state == State.WORKSHOP and may_read(author, thread)
    ):
        raise ForumRefused("gone", _("This thread is not open for others to read, so nothing is added to it."))
    hit("forum_post", author.pk)


def _write(thread, part, author, text, now, parent=None, state=State.SHOWN) -> Post:
    text = wording.clean(text)
    html, named = wording.render(text)
    check_seen(html)
    is_anonymous = thread.is_anonymous if part == Part.OPENING else thread.hides(author.pk)
    post = Post.objects.create(
        thread=thread, part=part, parent=parent, author=author, text=text, html=html, state=state, created_at=now,
        is_anonymous=is_anonymous,
    )  # fmt: skip
    if state == State.SHOWN:
        tell_named(post, named)
    return post


def tell_named(post: Post, people) -> None:
    """Whoever is named hears of it, once however often the post is changed."""
    for person in people:
        if person.pk != post.author_id:
            notifications.notify(person, "post_mention", post.pk, post.get_absolute_url())


def follow_by_writing(person: User, thread: Thread, level: str | None = None) -> None:
    """Who writes in a thread hears of what others add; who chose otherwise is left alone."""
    Follow.objects.bulk_create(
        [Follow(person=person, key=f"thread:{thread.pk}", level=level or "")], ignore_conflicts=True
    )


def index(thread: Thread) -> None:
    """Say anew what the search finds here."""
    discovery.republish("thread", [str(thread.pk)])


def take_over_skill(source, into) -> int:
    """Threads about `source` are about `into`; answers how many there were."""
    rows = Thread.skills.through.objects.filter(skill=source)
    threads = list(rows.values_list("thread", flat=True))
    rows.filter(thread__in=Thread.skills.through.objects.filter(skill=into).values("thread")).delete()
    rows.update(skill=into)
    boards = list(Board.objects.filter(skill=source).values_list("pk", flat=True))
    Board.objects.filter(pk__in=boards).update(skill=into)
    for pk in boards:
        enqueue("features.forum.tasks.settle_board", pk)
    discovery.republish("thread", [str(pk) for pk in threads])
    return len(threads)


@transaction.atomic
def save_board(*, board: Board, by: User) -> Board:
    """A new board, or a known one as it is described now."""
    known = Board.objects.filter(pk=board.pk).values_list("shelf_months", "skill").first()
    board.save()
    if known not in (None, (board.shelf_months, board.skill_id)):
        enqueue("features.forum.tasks.settle_board", board.pk)
    audit(by, "board.saved", f"board:{board.pk}", [])
    return board
