"""What the pages show, gathered from rows: plain data in, a context out."""

from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, F, IntegerField, JSONField, Min, OuterRef, Subquery, Value, Window
from django.db.models.functions import Cast, Concat, JSONObject, RowNumber
from django.http import Http404
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from core.pagination import Page, keyset
from core.seo import absolute, json_ld
from core.templatetags.ui import face, local, when, words
from features.forum import curation, services, structured, wording
from features.forum.access import moderates, visible_thread
from features.forum.findable import answers_words
from features.forum.forms import RemarkForm, ReplyForm
from features.forum.models import Closing, Draft, Duplicate, Post, Reading, State, Thread, Vote
from features.moderation import services as moderation
from features.notifications.models import Follow

Part = Post.Part
REMARKS = 5  # comments below a post; the rest has a page of its own


@dataclass(frozen=True, slots=True)
class Said:
    """A post as a page shows it, with what its viewer may do."""

    pk: int
    key: str
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
    is_nameless: bool  # readers are not told who it was; the viewer, a moderator or themselves, is
    is_new: bool  # since the viewer last read the thread
    is_accepted: bool
    may_edit: bool
    may_accept: bool
    may_vote: bool
    may_remark: bool
    comments: int
    remarks: list
    report: str  # where it is reported; empty for one's own
    acts: list  # of a moderator


# --- One thread -------------------------------------------------------------------------------------------------------
def opening_of(person, pk) -> Post:
    """The post that a thread opens with, and with it the thread, its board and its skills: one query."""
    about = Thread.skills.through.objects.filter(thread=OuterRef("thread_id")).order_by("skill__name")
    posts = _with_vote(
        Post.objects.select_related("thread__board", "author").annotate(
            about=ArraySubquery(about.values(said=JSONObject(name="skill__name", slug="skill__slug"))),
            events=moderation.events(Concat(Value("thread:"), Cast(OuterRef("thread_id"), CharField()))),
        ),
        person,
    ).annotate(**_beside(person))
    post = posts.filter(thread=pk, part=Part.OPENING).first()
    if post is None:
        raise Http404
    thread = post.thread
    if thread.state != State.SHOWN and thread.author_id != person.pk and not moderates(person, thread.board):
        raise Http404
    return post


def moved_to(person, pk) -> Thread:
    """The thread into which another one was merged. Raises Http404, also where that one may not be seen."""
    moved = Thread.objects.filter(pk=pk, moved_into__isnull=False).values_list("moved_into", flat=True).first()
    return visible_thread(person, moved) if moved else visible_thread(person, 0)


def split_off(request, thread) -> str:
    """Where a post is by now that an old address of this thread names; nothing while it is here."""
    at = request.GET.get("at", "")
    if not (at.isascii() and at.isdecimal() and len(at) < 19):
        return ""
    post = Post.objects.filter(pk=at).exclude(thread=thread).values_list("pk", flat=True).first()
    return reverse("post", args=[post]) if post else ""


def _beside(person) -> dict:
    """What stands beside a thread, each a part of the one query: duplicates both ways, and what is the viewer's own."""
    outward = Duplicate.objects.filter(thread=OuterRef("thread_id"), of__state=State.SHOWN).order_by("pk")
    inward = Duplicate.objects.filter(of=OuterRef("thread_id"), thread__state=State.SHOWN, state="confirmed")
    named = JSONObject(pk="pk", state="state", because="because", id="of_id", title="of__title", slug="of__slug")
    parts = {
        "same_as": ArraySubquery(outward.values(said=named)),
        "same_here": ArraySubquery(
            inward.order_by("pk").values(said=JSONObject(id="thread_id", title="thread__title", slug="thread__slug"))[
                :5
            ]
        ),
    }
    if not person.is_authenticated:
        return parts
    key = Cast(OuterRef("thread_id"), CharField())
    readings = Reading.objects.filter(person=person.pk, thread=OuterRef("thread_id"))
    drafts = Draft.objects.annotate(where=Concat(Value("thread:"), key)).filter(person=person.pk, place=F("where"))
    follows = Follow.objects.annotate(where=Concat(Value("thread:"), key)).filter(person=person.pk, key=F("where"))
    return parts | {
        "read_to": Subquery(readings.values("post")),
        "draft": Subquery(drafts.values(said=JSONObject(text="words__text", at="saved_at")), output_field=JSONField()),
        "follow": Subquery(follows.values("level")),
    }


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
        thread.accepted = accepted[0] if accepted else None
    posts = [*([opening] if is_first else []), *accepted, *page.items]
    read_to = getattr(opening, "read_to", None)
    said = in_words(posts, thread, person, is_moderator, read_to=read_to)
    form, draft_at = _begun(request, thread, opening)
    newest = max([post.pk for post in posts], default=0)
    context = {
        "thread": thread,
        "board": thread.board,
        "skills": opening.about,
        "events": moderation.in_words(opening.events),
        "opening": said[0] if is_first else None,
        "replies": said[1:] if is_first else said,
        "page": page,
        "is_first": is_first,
        "in_time": in_time,
        "answers": answers_words(thread),
        "canonical_url": absolute(thread.get_absolute_url()),
        "description": " ".join(strip_tags(opening.html).split())[:160],
        "may_reply": thread.state == State.SHOWN and not thread.closing,
        "form": form,
        "draft_at": draft_at,
        "remark_form": RemarkForm(auto_id=False),
        "follow": opening.follow if person.is_authenticated else None,
        "same_as": [_link(row) for row in opening.same_as],
        "same_here": [_link(row) for row in opening.same_here],
        "is_asker": person.is_authenticated and thread.author_id == person.pk,
        "is_moderator": is_moderator,
        "may_confirm": bool(accepted) and services.may_confirm(person, thread),
        "confirmed": when(thread.confirmed_at, shape="day") if thread.confirmed_at else "",
        # Only what is further on than last time is written down.
        "newest": newest if person.is_authenticated and newest > (read_to or 0) else 0,
        "first_new": _first_new(thread, read_to),
    }
    if thread.state == State.SHOWN and is_first:
        context["json_ld"] = json_ld(structured.of_thread(thread, opening, [*accepted, *page.items]))
    return context


def _link(row) -> dict:
    return row | {"url": reverse("thread", args=[row["id"], row["slug"]])}


def _begun(request, thread, opening) -> tuple[ReplyForm, str]:
    """The form for an answer: empty, with the draft of before, or with what is quoted. And when the draft was saved."""
    quote = request.GET.get("quote", "")
    draft = getattr(opening, "draft", None)
    text, at = (draft["text"], words(local(parse_datetime(draft["at"])), "time")) if draft else ("", "")
    if request.user.is_authenticated and quote.isascii() and quote.isdecimal() and len(quote) < 19:
        post = thread.posts.shown().select_related("author").filter(pk=quote).first()
        if post:
            name = _("Somebody") if thread.hides(post.author_id) else post.author.name
            text = f"{text}\n\n{wording.quoted(post.text, name)}".lstrip()
    return ReplyForm(initial={"text": text}), at


def _first_new(thread, read_to) -> str:
    """Where reading goes on: asked only where something may have come since."""
    if not read_to or not thread.replies:
        return ""
    found = thread.posts.filter(part=Part.REPLY, state=State.SHOWN, pk__gt=read_to).aggregate(first=Min("pk"))["first"]
    return f"?at={found}#post-{found}" if found else ""


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


def in_words(posts, thread, person, is_moderator=False, read_to=None) -> list[Said]:
    remarks = remarks_of(posts, person, is_moderator)
    return [_said(post, thread, person, remarks.get(post.pk, []), is_moderator, read_to) for post in posts]


def _said(post, thread, person, remarks=(), is_moderator=False, read_to=None) -> Said:
    author = post.author
    is_member, is_shown = person.is_authenticated, post.state == State.SHOWN
    is_open = thread.closing != Closing.LOCKED
    decides = thread.is_question and is_open and (is_moderator or thread.author_id == person.pk)
    is_own = is_member and post.author_id == person.pk
    is_nameless = thread.hides(post.author_id)
    is_told = not is_nameless or is_moderator or is_own
    size = "s" if post.part == Part.COMMENT else ""
    return Said(
        pk=post.pk,
        key=str(post.pk),
        part=post.part,
        html=post.html,
        state=post.state,
        state_words="" if is_shown else str(post.get_state_display()),
        face=face(author.photo_id, author.pk, author.name, size) if is_told else face(None, 0, "", size),
        name=author.name if is_told else _("Somebody"),
        url=author.get_absolute_url() if author.is_active and is_told else "",
        time=when(post.created_at),
        edited=when(post.edited_at) if post.edited_at else "",
        score=post.score,
        mine=getattr(post, "mine", 0) or 0,
        is_own=is_own,
        is_nameless=is_nameless and is_told,
        is_new=bool(read_to and post.pk > read_to and not is_own),
        is_accepted=thread.accepted_id == post.pk,
        may_edit=is_member and (is_moderator or (is_own and post.state in (State.SHOWN, State.HELD) and is_open)),
        may_accept=decides
        and post.part == Part.REPLY
        and is_shown
        and (is_moderator or not thread.is_acceptance_locked),
        may_vote=is_shown and is_open and post.author_id != person.pk,
        may_remark=is_shown and is_open and thread.state == State.SHOWN,
        comments=post.comments,
        remarks=[_said(remark, thread, person, (), is_moderator) for remark in remarks],
        report="" if is_own else reverse("report", args=["post", post.pk]),
        acts=acts_on(post, thread, person) if is_moderator else [],
    )


def acts_on(post, thread, person) -> list[dict]:
    """What a moderator can do here: no query."""
    post.thread = thread
    found = moderation.offered(person, curation.thing_of(post), curation.ACTS)
    return [{"act": act, "url": f"{reverse('moderation_act', args=[name])}?on=post:{post.pk}"} for name, act in found]


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
        "post": _said(post, thread, person, (), is_moderator),
        "remarks": [_said(comment, thread, person, (), is_moderator) for comment in page.items],
        "page": page,
        "canonical_url": absolute(thread.get_absolute_url()),
        "remark_form": RemarkForm(),
    }
