"""What the pages show, gathered from rows: plain data in, a context out."""

from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, IntegerField, OuterRef, Subquery, Value, Window
from django.db.models.functions import JSONObject, RowNumber
from django.http import Http404
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from core.pagination import Page, keyset
from core.seo import absolute, json_ld
from core.templatetags.ui import face, when
from features.forum.access import moderates
from features.forum.filters import SINCE, SORT, STATES, ThreadFilter
from features.forum.findable import answers_words
from features.forum.forms import RemarkForm, ReplyForm
from features.forum.models import Board, Closing, Kind, Post, State, Thread, Vote

Part = Post.Part
REMARKS = 5  # comments below a post; the rest has a page of its own


@dataclass(frozen=True, slots=True)
class Line:
    """A thread as a row of a list."""

    url: str
    title: str
    face: str
    by: str
    board: str
    time: str
    answers: str
    count: int
    score: int
    is_solved: bool
    is_pinned: bool
    is_closed: bool
    skills: list


@dataclass(frozen=True, slots=True)
class Said:
    """A post as a page shows it, with what its viewer may do."""

    pk: int
    part: str
    html: str
    state: str
    state_words: str
    face: str
    name: str
    url: str  # of the author; empty for who is gone
    time: str
    edited: str
    score: int
    mine: int  # the viewer's vote
    is_own: bool
    is_accepted: bool
    may_accept: bool
    may_vote: bool
    may_remark: bool
    comments: int
    remarks: list


# --- Lists ------------------------------------------------------------------------------------------------------------
def lines(threads) -> list[Line]:
    """Rows for threads that came with author, board and skills."""
    return [
        Line(
            url=thread.get_absolute_url(),
            title=thread.title,
            face=face(thread.author.photo_id, thread.author_id, thread.author.name, "s"),
            by=thread.author.name,
            board=thread.board.name,
            time=when(thread.active_at, shape="day"),
            answers=answers_words(thread),
            count=thread.replies,
            score=thread.score,
            is_solved=thread.is_solved,
            is_pinned=thread.pinned_at is not None,
            is_closed=bool(thread.closing),
            skills=[skill.name for skill in thread.skills.all()],
        )
        for thread in threads
    ]


def thread_list(request, now, board=None, **wanted) -> dict:
    """A list with its filters: of one board, or of all. `wanted` are filters that the address itself stands for."""
    data = request.GET.copy()
    for name, value in wanted.items():
        data.setdefault(name, value)
    filters = ThreadFilter(data, now=now, board=board)
    found = filters.matching().select_related("author", "board").prefetch_related("skills")
    page = keyset(found, request, order=filters.order)
    pinned = []
    if board and page.is_first and not filters.chosen.keys() - {"sort"}:
        pinned = list(
            Thread.objects.shown()
            .filter(board=board, pinned_at__isnull=False)
            .select_related("author", "board")
            .prefetch_related("skills")
            .order_by("-pinned_at")[:5]
        )
    shown = {thread.pk for thread in pinned}
    return {
        "lines": lines([*pinned, *(thread for thread in page.items if thread.pk not in shown)]),
        "page": page,
        "chosen": filters.chosen,
        "is_narrowed": bool(filters.chosen.keys() - {"sort"}),
        "choices": {"state": STATES, "kind": Kind.choices, "since": SINCE, "sort": SORT},
        "board": board,
        "boards": list(Board.objects.all()),
    }


# --- One thread -------------------------------------------------------------------------------------------------------
def opening_of(person, pk) -> Post:
    """The post that a thread opens with, and with it the thread, its board and its skills: one query."""
    about = Thread.skills.through.objects.filter(thread=OuterRef("thread_id")).order_by("skill__name")
    posts = _with_vote(
        Post.objects.select_related("thread__board", "author").annotate(
            about=ArraySubquery(about.values(said=JSONObject(name="skill__name", slug="skill__slug")))
        ),
        person,
    )
    post = posts.filter(thread=pk, part=Part.OPENING).first()
    if post is None:
        raise Http404
    thread = post.thread
    if thread.state != State.SHOWN and thread.author_id != person.pk and not moderates(person, thread.board):
        raise Http404
    return post


def thread_page(request, opening: Post) -> dict:
    """The thread from its start, from a cursor, or (`at`) from one post on, in the order in which it was written."""
    person, thread = request.user, opening.thread
    is_moderator = moderates(person, thread.board)
    replies = _replies(person, thread, is_moderator)
    at = request.GET.get("at", "")
    at = int(at) if at.isascii() and at.isdecimal() and len(at) < 19 else 0
    in_time = bool(at) or not thread.is_question or request.GET.get("sort") == "oldest"
    accepted = []
    if thread.accepted_id and not in_time:
        replies = replies.exclude(pk=thread.accepted_id)
    if at:
        replies = replies.filter(pk__gte=at)
    page = keyset(replies, request, order=("id",) if in_time else ("-score", "id"))
    is_first = page.is_first and not at
    if thread.accepted_id and not in_time and is_first:
        accepted = list(_replies(person, thread, is_moderator).filter(pk=thread.accepted_id))
    posts = [*([opening] if is_first else []), *accepted, *page.items]
    said = in_words(posts, thread, person, is_moderator)
    context = {
        "thread": thread,
        "board": thread.board,
        "skills": opening.about,
        "opening": said[0] if is_first else None,
        "replies": said[1:] if is_first else said,
        "page": page,
        "is_first": is_first,
        "in_time": in_time,
        "answers": answers_words(thread),
        "canonical_url": absolute(thread.get_absolute_url()),
        "description": " ".join(strip_tags(opening.html).split())[:160],
        "may_reply": thread.state == State.SHOWN and not thread.closing,
        "form": ReplyForm(prefix=None),
        "remark_form": RemarkForm(auto_id=False),
    }
    if thread.state == State.SHOWN and is_first:
        context["json_ld"] = json_ld(_structured(thread, opening, [*accepted, *page.items]))
    return context


def one(person, post: Post) -> dict:
    """One post by itself, as an htmx answer shows it."""
    thread = Thread.objects.select_related("board").get(pk=post.thread_id)
    is_moderator = moderates(person, thread.board)
    found = _with_vote(Post.objects.select_related("author"), person).get(pk=post.pk)
    [said] = in_words([found], thread, person, is_moderator)
    return {"thread": thread, "post": said}


def _replies(person, thread, is_moderator):
    posts = thread.posts.filter(part=Part.REPLY).select_related("author")
    if not is_moderator:
        posts = posts.visible_to(person.pk)
    return _with_vote(posts, person)


def _with_vote(posts, person):
    if not person.is_authenticated:
        return posts.annotate(mine=Value(0))
    votes = Vote.objects.filter(post=OuterRef("pk"), person=person.pk).values("value")
    return posts.annotate(mine=Subquery(votes, output_field=IntegerField()))


def remarks_of(posts, person, is_moderator=False) -> dict[int, list[Post]]:
    """{post: its first comments}: one query for all of them."""
    wanted = [post.pk for post in posts if post.comments or is_moderator or post.author_id == person.pk]
    if not wanted:
        return {}
    comments = Post.objects.filter(parent__in=wanted, part=Part.COMMENT).select_related("author")
    if not is_moderator:
        comments = comments.visible_to(person.pk)
    place = Window(RowNumber(), partition_by=F("parent"), order_by="id")
    found: dict[int, list[Post]] = {}
    for comment in comments.annotate(place=place).filter(place__lte=REMARKS).order_by("id"):
        found.setdefault(comment.parent_id, []).append(comment)
    return found


def in_words(posts, thread, person, is_moderator=False) -> list[Said]:
    remarks = remarks_of(posts, person, is_moderator)
    return [_said(post, thread, person, remarks.get(post.pk, [])) for post in posts]


def _said(post, thread, person, remarks=()) -> Said:
    author = post.author
    is_member, is_shown = person.is_authenticated, post.state == State.SHOWN
    is_asker = thread.is_question and thread.author_id == person.pk and thread.closing != Closing.LOCKED
    return Said(
        pk=post.pk,
        part=post.part,
        html=post.html,
        state=post.state,
        state_words="" if is_shown else str(post.get_state_display()),
        face=face(author.photo_id, author.pk, author.name, "s" if post.part == Part.COMMENT else ""),
        name=author.name,
        url=author.get_absolute_url() if author.is_active else "",
        time=when(post.created_at),
        edited=when(post.edited_at) if post.edited_at else "",
        score=post.score,
        mine=getattr(post, "mine", 0) or 0,
        is_own=is_member and post.author_id == person.pk,
        is_accepted=thread.accepted_id == post.pk,
        may_accept=is_asker and post.part == Part.REPLY and is_shown,
        may_vote=is_shown and thread.closing != Closing.LOCKED and post.author_id != person.pk,
        may_remark=is_shown and thread.closing != Closing.LOCKED and thread.state == State.SHOWN,
        comments=post.comments,
        remarks=[_said(remark, thread, person) for remark in remarks],
    )


def place_of(post: Post) -> str:
    """Where a post stands in its thread, however long that has become: the page that begins with it."""
    thread = post.thread
    if post.part == Part.COMMENT:
        parent = post.parent
        if Post.objects.filter(parent=parent, pk__lt=post.pk, part=Part.COMMENT).count() >= REMARKS:
            return f"{reverse('post_comments', args=[parent.pk])}?at={post.pk}#post-{post.pk}"
        at = "" if parent.part == Part.OPENING else f"?at={parent.pk}"
        return f"{thread.get_absolute_url()}{at}#post-{post.pk}"
    at = "" if post.part == Part.OPENING else f"?at={post.pk}"
    return f"{thread.get_absolute_url()}{at}#post-{post.pk}"


def comments_page(request, post: Post) -> dict:
    """All comments of one post, from its first or (`at`) from one of them on."""
    person, thread = request.user, post.thread
    is_moderator = moderates(person, thread.board)
    comments = Post.objects.filter(parent=post.pk, part=Part.COMMENT).select_related("author")
    if not is_moderator:
        comments = comments.visible_to(person.pk)
    at = request.GET.get("at", "")
    if at.isascii() and at.isdecimal() and len(at) < 19:
        comments = comments.filter(pk__gte=int(at))
    page: Page = keyset(comments, request, order=("id",), size=50)
    return {
        "thread": thread,
        "post": _said(post, thread, person),
        "remarks": [_said(comment, thread, person) for comment in page.items],
        "page": page,
        "canonical_url": absolute(thread.get_absolute_url()),
        "remark_form": RemarkForm(auto_id=False),
    }


# --- For search engines -----------------------------------------------------------------------------------------------
def _structured(thread, opening, replies) -> dict:
    """schema.org/QAPage for a question that has an answer, else DiscussionForumPosting, from the same rows."""
    shown = [post for post in replies if post.state == State.SHOWN][:10]
    data = {
        "name": thread.title,
        "text": _plain(opening),
        "author": _author(opening),
        "datePublished": opening.created_at.isoformat(),
        "url": absolute(thread.get_absolute_url()),
        "upvoteCount": max(0, thread.score),
    }
    if not (thread.is_question and shown):
        comments = [_comment("Comment", post) for post in shown]
        return {
            "@type": "DiscussionForumPosting",
            "headline": thread.title,
            "commentCount": thread.replies,
            **data,
            **({"comment": comments} if comments else {}),
        }
    accepted = [_comment("Answer", post) for post in shown if post.pk == thread.accepted_id]
    suggested = [_comment("Answer", post) for post in shown if post.pk != thread.accepted_id]
    question = {"@type": "Question", "answerCount": thread.replies, **data}
    if accepted:
        question["acceptedAnswer"] = accepted[0]
    if suggested:
        question["suggestedAnswer"] = suggested
    return {"@type": "QAPage", "mainEntity": question}


def _comment(kind, post) -> dict:
    return {
        "@type": kind,
        "text": _plain(post),
        "author": _author(post),
        "datePublished": post.created_at.isoformat(),
        "url": absolute(post.get_absolute_url()),
        "upvoteCount": max(0, post.score),
    }


def _author(post) -> dict:
    said = {"@type": "Person", "name": post.author.name}
    return said | {"url": absolute(post.author.get_absolute_url())} if post.author.is_active else said


def _plain(post) -> str:
    return " ".join(strip_tags(post.html).split())[:1000]


def nothing_found(context) -> dict:
    """What an empty list says."""
    if context["is_narrowed"]:
        return {"title": _("Nothing fits these filters"), "text": _("Take one away, or ask: you would be the first.")}
    return {"title": _("Nothing has been asked here yet"), "text": _("Ask what you would ask a colleague.")}
