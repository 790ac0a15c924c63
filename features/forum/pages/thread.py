"""One thread as its page shows it, and where a post stands in it."""

from django.http import Http404
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.safestring import SafeString

from core.addresses import address
from core.gaps import MARK
from core.middleware import has_session
from core.pagination import Page, keyset
from core.seo import absolute, json_ld
from core.templatetags.ui import when
from core.text import number, one_line, without_marks
from features.accounts.access import known
from features.forum import services, structured
from features.forum.access import may_read, moderates, visible_thread
from features.forum.findable import answers_words
from features.forum.forms import RemarkForm
from features.forum.models import Post, State, Thread
from features.forum.pages import rows
from features.forum.pages.asked_about import about_of
from features.forum.pages.recorded import recorded
from features.forum.pages.replying import reply_form
from features.forum.pages.said import Viewer, drawn, one, with_forms
from features.moderation import services as moderation

Part = Post.Part
REPLIES = SafeString(f"{MARK}replies")  # where the answers come in when all else has become bytes


def opening_of(person, pk) -> Post:
    """The post that a thread opens with, and with it all that stands at its head: one query."""
    post = rows.opening(person, pk)
    if post is None:
        raise Http404
    thread = post.thread
    if not may_read(person, thread):
        raise Http404
    return post


def moved_to(person, pk) -> Thread:
    """The thread into which another one was merged. Raises Http404, also where that one may not be seen."""
    moved = Thread.objects.filter(pk=pk, moved_into__isnull=False).values_list("moved_into", flat=True).first()
    return visible_thread(person, moved) if moved else visible_thread(person, 0)


def split_off(request, thread) -> str:
    """Where a post is by now that an old address of this thread names; nothing while it is here."""
    at = number(request.GET.get("at", ""))
    if at is None:
        return ""
    post = Post.objects.filter(pk=at).exclude(thread=thread).values_list("pk", flat=True).first()
    return reverse("post", args=[post]) if post else ""


def thread_page(request, opening: Post) -> dict:
    """The thread from its start, from a cursor, or (`at`) from one post on, in the order in which it was written."""
    person, thread = known(request.user), opening.thread
    is_moderator = moderates(person, thread.board)
    at = number(request.GET.get("at", "")) or 0
    in_time = bool(at) or not thread.is_question or request.GET.get("sort") == "oldest"
    accepted = rows.accepted(opening, person, is_moderator)
    if not accepted:
        thread.accepted = None  # nor is anybody led to what they may not see
    page = rows.replies(request, thread, is_moderator, in_time=in_time, at=at)
    is_first = page.is_first and not at
    if in_time or not is_first:
        accepted = []  # it has its place at the head of the first page alone
    posts = [*([opening] if is_first else []), *accepted, *page.items]
    read_to, first_new = getattr(opening, "read_to", None), getattr(opening, "first_new", None)
    is_member = has_session(request) and person.is_authenticated
    hidden = {"token": get_token(request), "began": services.began()} if is_member else {}
    token = {"csrf_token": hidden["token"]} if is_member else {}
    said = drawn(posts, Viewer(thread, person, is_moderator, read_to))
    replies = with_forms(b"".join(said[1:] if is_first else said), **hidden)
    newest = max([post.pk for post in posts], default=0)
    context = token | {
        "thread": thread,
        "board": thread.board,
        "skills": opening.about,
        "until": when(thread.active_at + services.LASTS) if thread.state == State.WORKSHOP else "",
        "about": about_of(person, thread),
        "recorded": recorded(person, thread),
        "events": moderation.in_words(opening.events),
        "opening_drawn": SafeString(with_forms(said[0], **hidden).decode()) if is_first else "",
        "replies_drawn": REPLIES if replies else "",
        "replies": replies,
        "page": page,
        "in_time": in_time,
        "answers": answers_words(thread),
        "reply": reply_form(request, opening, **hidden),
        "follow": opening.follow if person.is_authenticated else None,
        "same_as": [_link(row) for row in opening.same_as],
        "same_here": [_link(row) for row in opening.same_here],
        "top": opening.top if thread.is_question and opening.top not in (None, thread.accepted_id) else "",
        "is_asker": person.is_authenticated and thread.author_id == person.pk,
        "is_moderator": is_moderator,
        "may_confirm": services.may_confirm(person, thread),
        "confirmed": when(thread.confirmed_at, shape="day") if thread.confirmed_at else "",
        # Only what is further on than last time is written down.
        "newest": newest if person.is_authenticated and newest > (read_to or 0) else 0,
        "first_new": f"?at={first_new}#post-{first_new}" if first_new else "",
    }
    if thread.state == State.SHOWN and is_first and not is_member:  # no search engine logs in
        context["json_ld"] = json_ld(structured.of_thread(thread, opening, [*accepted, *page.items]))
    return context


def changed(person, post: Post) -> dict:
    """One post by itself as an htmx answer shows it, and beside it what else of its page is another by now."""
    context = one(person, post)
    opening = opening_of(person, context["thread"].pk)
    thread = opening.thread
    return context | {
        "thread": thread,
        "board": thread.board,
        "answers": answers_words(thread),
        "events": moderation.in_words(opening.events),
        "top": opening.top if thread.is_question and opening.top not in (None, thread.accepted_id) else "",
        "until": thread.state == State.WORKSHOP,
        "is_moderator": moderates(person, thread.board),
    }


def frame_of(opening: Post, context: dict, main: str) -> dict:
    """The gaps of `forum/thread.html`."""
    thread, for_machines = opening.thread, "json_ld" in context
    return {
        "title": thread.title,
        "description": one_line(without_marks(opening.html))[:160] if for_machines else thread.title,
        "canonical": absolute(thread.get_absolute_url()),
        "feed": address("thread_atom", thread.pk, thread.slug),
        "json_ld": context.get("json_ld", ""),
        "main": main,
    }


def _link(row) -> dict:
    return row | {"url": reverse("thread", args=[row["id"], row["slug"]])}


def place_of(post: Post) -> str:
    """Where a post stands in its thread, however long that has become: the page that begins with it."""
    thread = post.thread
    if post.part == Part.COMMENT:
        parent = post.parent
        if Post.objects.filter(parent=parent, pk__lt=post.pk, part=Part.COMMENT).count() >= rows.REMARKS:
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
        comments = comments.read_in(thread, person.pk)
    if at := number(request.GET.get("at", "")):
        comments = comments.filter(pk__gte=at)
    page: Page = keyset(comments, request, order=("id",), size=50)
    viewer = Viewer(thread, person, is_moderator)
    viewer.asks_why([post, *page.items])
    return {
        "thread": thread,
        "post": viewer.hears(post),
        "remarks": [viewer.hears(comment) for comment in page.items],
        "page": page,
        "canonical_url": absolute(thread.get_absolute_url()),
        "remark_form": RemarkForm(),
    }
