"""The forum as JSON: the same verbs and the same forms as the pages, so the same rules and the same words."""

from datetime import datetime
from enum import StrEnum

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy
from ninja import Field, Query, Router, Schema, Status

from core.api_parts import Anybody, Invalid, Member, Page, Paging, Refusal, Scope, page
from core.seo import absolute
from features.forum import services
from features.forum.access import moderates, shown_post, visible_post, visible_thread
from features.forum.filters import ThreadFilter
from features.forum.forms import ReplyForm, ThreadForm
from features.forum.models import LONGEST, Board, Kind, Post, Thread

FORUM_READ = Scope("forum:read", gettext_lazy("Read the forum as you do"))
FORUM_WRITE = Scope("forum:write", gettext_lazy("Ask, answer, vote and accept answers in your name"))

KINDS = StrEnum("ThreadKind", {name.upper(): name for name in Kind.values})
STATES = StrEnum("ThreadState", {name.upper(): name for name in ("unanswered", "unsolved", "solved")})
ORDERS = {"-active": ("-active_at", "-id"), "-newest": ("-id",)}


class BoardName(Schema):
    slug: str
    name: str
    about: str
    is_open: bool
    url: str


class ThreadLine(Schema):
    id: int
    kind: KINDS
    title: str
    board: str = Field(description="Its slug")
    author: str | None = Field(description="Their handle; null where it was asked without a name")
    skills: list[str] = Field(description="Slugs")
    replies: int
    score: int
    accepted: int | None = Field(description="The answer that solved it")
    about: str = Field(description="What it is asked about besides its skills, as session:12; empty: nothing")
    is_stale: bool = Field(description="The accepted answer is old, and nobody has confirmed it since")
    state: str = Field(description="shown: for everybody; workshop, held, hidden or removed: for you and few others")
    closing: str = Field(description="Empty, closed (no new answers) or locked (nothing changes)")
    created_at: datetime
    active_at: datetime
    url: str


class PostText(Schema):
    id: int
    part: str = Field(description="opening or reply")
    author: str | None
    markdown: str
    html: str
    score: int
    is_accepted: bool
    is_aside: bool = Field(description="From a thread that was merged into this question: not counted as an answer")
    created_at: datetime
    edited_at: datetime | None
    url: str


class ThreadText(ThreadLine):
    opening: PostText


class ThreadFilters(Schema):
    q: str = Field("", max_length=200, description="Words, as in the search of the site")
    board: str = Field("", max_length=60, description="The slug of a board")
    skill: str = Field("", max_length=110, description="The slug of a skill; what lies below it counts too")
    author: str = Field("", max_length=31, description="A handle: who asked or answered")
    state: STATES | None = None
    kind: KINDS | None = None
    about: str = Field("", max_length=40, description="session:12: what was asked about that session")
    order: str = Field("-active", pattern="^-active$|^-newest$", description="-active or -newest")


class Question(Schema):
    kind: KINDS = KINDS.QUESTION
    board: str = Field(max_length=60, description="The slug of a board that is open")
    title: str = Field(min_length=10, max_length=150)
    markdown: str = Field(min_length=20, max_length=LONGEST)
    skills: list[str] = Field(min_length=1, max_length=3, description="Names or synonyms")
    about: str = Field("", max_length=40, description="session:12: a session that you can see")
    is_anonymous: bool = Field(False, description="Readers are not told who asks; moderators are")

    in_workshop: bool = Field(False, description="A first question that volunteers help with, before it is published")


class Answer(Schema):
    markdown: str = Field(min_length=1, max_length=LONGEST)


class Voice(Schema):
    value: int = Field(ge=-1, le=1, description="1: it helps, -1: it is wrong, 0: neither any more")


boards = Router(tags=["Forum"])
threads = Router(tags=["Forum"])
posts = Router(tags=["Forum"])
routers = {"/boards/": boards, "/threads/": threads, "/posts/": posts}


@boards.get("", response=list[BoardName], auth=Anybody(FORUM_READ), summary="Boards")
def forum_boards(request):
    return [
        {name: getattr(board, name) for name in ("slug", "name", "about", "is_open")}
        | {"url": absolute(board.get_absolute_url())}
        for board in Board.objects.all()
    ]


@threads.get("", response=Page[ThreadLine], auth=Anybody(FORUM_READ), summary="Threads")
def forum_threads(request, filters: Query[ThreadFilters], paging: Query[Paging]):
    asked = filters.dict(exclude={"board", "order"}, exclude_none=True)
    board = Board.objects.filter(slug=filters.board).first() if filters.board else None
    found = ThreadFilter(asked, now=timezone.now(), board=board).matching()
    if filters.board and board is None:
        found = found.none()
    found = found.select_related("author", "board").prefetch_related("skills")
    made = page(request, found, paging, ORDERS[filters.order])
    return made | {"items": [_line(request, row) for row in made["items"]]}


@threads.post("", response={201: ThreadText}, auth=Member(FORUM_WRITE), summary="Ask, or begin a discussion")
def forum_ask(request, body: Question):
    data = body.dict(exclude={"markdown", "skills"})
    form = ThreadForm(data | {"text": body.markdown, "skills": ", ".join(body.skills)})
    cleaned = _cleaned(form)
    return Status(201, _text(request, _done(services.ask, author=request.user, keeps_draft=True, **cleaned)))


@threads.get("{int:pk}/", response=ThreadText, auth=Anybody(FORUM_READ), summary="A thread, without its answers")
def forum_thread(request, pk: int):
    return _text(request, visible_thread(request.user, pk))


@threads.delete("{int:pk}/", response={204: None}, auth=Member(FORUM_WRITE), summary="Take back what one asked")
def forum_thread_removal(request, pk: int):
    """By whoever began it, while nobody has answered. It goes out of sight for good."""
    thread = visible_thread(request.user, pk)
    return _taken_back(request, thread.posts.get(part=Post.Part.OPENING))


@threads.get("{int:pk}/posts/", response=Page[PostText], auth=Anybody(FORUM_READ), summary="Its answers, oldest first")
def forum_posts(request, pk: int, paging: Query[Paging]):
    thread = visible_thread(request.user, pk)
    made = page(request, thread.posts.shown().filter(part="reply").select_related("author"), paging, ("id",))
    return made | {"items": [_post(request, row, thread) for row in made["items"]]}


@threads.post("{int:pk}/posts/", response={201: PostText}, auth=Member(FORUM_WRITE), summary="Answer")
def forum_answer(request, pk: int, body: Answer):
    thread = visible_thread(request.user, pk)
    text = _cleaned(ReplyForm({"text": body.markdown}))["text"]
    post = _done(services.reply, author=request.user, thread=thread, text=text, keeps_draft=True)
    return Status(201, _post(request, post, thread))


@threads.put("{int:pk}/publication/", response=ThreadText, auth=Member(FORUM_WRITE), summary="Publish a first question")
def forum_publish(request, pk: int):
    """Out of the workshop: by whoever asked when they like, by volunteers when it is ready."""
    _done(services.publish, by=request.user, thread=visible_thread(request.user, pk))
    return _text(request, visible_thread(request.user, pk))


@posts.delete("{int:pk}/", response={204: None}, auth=Member(FORUM_WRITE), summary="Take back what one wrote")
def forum_post_removal(request, pk: int):
    """An answer or a comment, by its author, while nothing hangs on it; with the post that opens it goes the thread."""
    return _taken_back(request, visible_post(request.user, pk))


@posts.put("{int:pk}/vote/", response=PostText, auth=Member(FORUM_WRITE), summary="Vote, or take a vote back")
def forum_vote(request, pk: int, body: Voice):
    post = _done(services.vote, person=request.user, post=shown_post(pk), value=body.value)
    return _post(request, post, shown_post(pk).thread)


@posts.put("{int:pk}/acceptance/", response={204: None}, auth=Member(FORUM_WRITE), summary="This answer solved it")
def forum_accept(request, pk: int):
    """For whoever asked. Another accepted answer makes room."""
    _done(services.accept, by=request.user, post=shown_post(pk))
    return Status(204, None)


@posts.delete("{int:pk}/acceptance/", response={204: None}, auth=Member(FORUM_WRITE), summary="It did not solve it")
def forum_take_back(request, pk: int):
    _done(services.take_back_acceptance, by=request.user, post=shown_post(pk))
    return Status(204, None)


# --- What they share --------------------------------------------------------------------------------------------------
def _done(verb, **what):
    try:
        return verb(**what)
    except services.ForumRefused as refused:
        raise Refusal(refused.code, refused.words) from refused


def _taken_back(request, post) -> Status:
    if post.author_id != request.user.pk:
        raise Http404
    _done(services.take_back, by=request.user, post=post)
    return Status(204, None)


def _cleaned(form) -> dict:
    if not form.is_valid():
        names = {"text": "markdown", "__all__": ""}
        raise Invalid({names.get(name, name): list(errors) for name, errors in form.errors.items()})
    form.cleaned_data.pop("picture", None)
    return form.cleaned_data


def _handle(request, person, thread, is_anonymous: bool) -> str | None:
    is_told = not is_anonymous or person.pk == request.user.pk or moderates(request.user, thread.board)
    return person.handle if is_told and person.is_active else None


def _line(request, thread: Thread) -> dict:
    plain = ("kind", "title", "about", "replies", "score", "is_stale", "state", "closing", "created_at", "active_at")
    return {name: getattr(thread, name) for name in plain} | {
        "id": thread.pk,
        "board": thread.board.slug,
        "author": _handle(request, thread.author, thread, thread.is_anonymous),
        "skills": sorted(skill.slug for skill in thread.skills.all()),
        "accepted": thread.accepted_id,
        "url": absolute(thread.get_absolute_url()),
    }


def _text(request, thread: Thread) -> dict:
    opening = thread.posts.select_related("author").get(part=Post.Part.OPENING)
    return _line(request, thread) | {"opening": _post(request, opening, thread)}


def _post(request, post: Post, thread: Thread) -> dict:
    plain = ("part", "html", "score", "created_at", "edited_at")
    return {name: getattr(post, name) for name in plain} | {
        "id": post.pk,
        "author": _handle(request, post.author, thread, post.is_anonymous),
        "markdown": post.text,
        "is_accepted": thread.accepted_id == post.pk,
        "is_aside": post.is_aside and thread.is_question,
        "url": absolute(post.get_absolute_url()),
    }
