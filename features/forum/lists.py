"""Threads as rows of a list: of a board, of the forum, of a search. Plain data in, a context out."""

from dataclasses import dataclass

from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.http import urlencode
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.pagination import Page, keyset
from core.templatetags.ui import face, when
from features.accounts.access import has_role
from features.accounts.models import Role
from features.discovery import services as discovery
from features.forum import services
from features.forum.filters import SORT, ThreadFilter
from features.forum.findable import KIND, answers_words
from features.forum.models import Board, Post, Reading, Thread
from features.notifications.models import Follow

SIZE = 20


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
    new: int = 0  # answers since the viewer last read it
    waiting: str = ""  # how many wait for an answer, and for how long
    snippet: str = ""


def asker(thread) -> tuple[str, str]:
    """The face and name that readers see of who began a thread."""
    if thread.is_anonymous:
        return face(None, 0, ""), _("Somebody")
    return face(thread.author.photo_id, thread.author_id, thread.author.name, "s"), thread.author.name


def lines(threads, *, person=None, snippets=None, now=None) -> list[Line]:
    """Rows for threads that came with author, board and skills. With `now` they say since when somebody waits."""
    threads = list(threads)
    read = _readings(person, threads)
    people = _waiting(threads) if now else {}
    made = []
    for thread in threads:
        picture, by = asker(thread)
        made.append(
            Line(
                url=thread.get_absolute_url(),
                title=thread.title,
                face=picture,
                by=by,
                board=thread.board.name,
                time=when(thread.active_at, shape="day"),
                answers=answers_words(thread),
                count=thread.replies,
                score=thread.score,
                is_solved=thread.is_solved,
                is_pinned=thread.pinned_at is not None,
                is_closed=bool(thread.closing),
                skills=[skill.name for skill in thread.skills.all()],
                new=max(0, thread.replies - read[thread.pk]) if thread.pk in read else 0,
                waiting=_since(thread, people.get(thread.pk, 0), now) if now else "",
                snippet=(snippets or {}).get(thread.pk, ""),
            )
        )
    return made


def _readings(person, threads) -> dict[int, int]:
    """{thread: how many answers the person knows}: those that they have read, and what they wrote since."""
    if person is None or not person.is_authenticated or not threads:
        return {}
    own = Post.objects.shown().filter(part=Post.Part.REPLY, author=person.pk, thread=OuterRef("thread"))
    own = own.filter(pk__gt=OuterRef("post")).order_by().values("thread").annotate(n=Count("pk")).values("n")
    rows = Reading.objects.filter(person=person.pk, thread__in=[thread.pk for thread in threads])
    return dict(rows.values_list("thread_id", F("replies") + Coalesce(Subquery(own), 0)))


def _waiting(threads) -> dict[int, int]:
    """{thread: how many want to hear of an answer}."""
    rows = Follow.objects.filter(key__in=[f"thread:{thread.pk}" for thread in threads]).exclude(level="off")
    counted = rows.values_list("key").annotate(n=Count("pk")).order_by()
    return {int(key.partition(":")[2]): n for key, n in counted}


def _since(thread, people, now) -> str:
    age = timesince(thread.created_at, now, depth=1)
    pattern = ngettext("%(n)d person has waited for %(age)s", "%(n)d people have waited for %(age)s", people or 1)
    return pattern % {"n": people or 1, "age": age}


def thread_list(request, now, board=None, **wanted) -> dict:
    """A list with its filters: of one board, or of all. `wanted` are filters that the address itself stands for."""
    data = request.GET.copy()
    for name, value in wanted.items():
        data.setdefault(name, value)
    filters = ThreadFilter(data, now=now, board=board)
    person, snippets = request.user, {}
    if filters.is_by_fit:
        page, snippets = _best(request, filters, board)
    else:
        if "author" in filters.chosen:  # they may have written in thousands, and no index has these in order
            page = keyset(filters.matching(), request, order=filters.order, rows=Thread.objects.with_its_row())
        else:
            page = keyset(filters.matching().with_its_row(), request, order=filters.order)
        if words := filters.chosen.get("q"):
            snippets = _snippets(words, [thread.pk for thread in page.items])
    pinned = []
    if board and page.is_first and not filters.chosen.keys() - {"sort"}:
        threads = Thread.objects.shown().filter(board=board, pinned_at__isnull=False)
        pinned = list(threads.with_its_row().order_by("-pinned_at")[:5])
    shown = {thread.pk for thread in pinned}
    context = {
        "lines": lines(
            [*pinned, *(thread for thread in page.items if thread.pk not in shown)],
            person=person,
            snippets=snippets,
            now=now if filters.chosen.get("state") == "unanswered" else None,
        ),
        "page": page,
        "chosen": filters.chosen,
        "typed": {name: data.get(name, "") for name in ("author", "skill", "begin", "end")},
        "about": services.about(person, about) if (about := filters.chosen.get("about")) else None,
        "is_period": filters.is_period,
        "is_narrowed": bool(filters.chosen.keys() - {"sort"}),
        # Words stand in their own field, and what the address stands for has a way of its own out of it.
        "has_filters": bool(filters.chosen.keys() - {"sort", "q", "about"} - wanted.keys()),
        "facets": filters.facets,
        "orders": SORT,
        "feed": _feed(data),
        "board": board,
        "boards": list(Board.objects.all()),
    }
    if not page.items and context["is_narrowed"]:
        context["ways"] = ways_on(request, filters, wanted)
    return context


def _best(request, filters, board) -> tuple[Page, dict]:
    """What fits the words best first; solved and well voted before others that fit as well."""
    words, cursor = filters.chosen["q"], request.GET.get("after", "")
    if board or filters.chosen.keys() - {"q", "sort"}:
        results = discovery.best(KIND, words, filters.matching(without=("q",)), after=cursor, size=SIZE)
    else:
        results = discovery.search(words, kinds=[KIND], person=request.user, after=cursor, size=SIZE, counts_all=False)
    query = request.GET.copy()
    query["after"] = results.next
    page = Page([], f"{request.path}?{query.urlencode()}" if results.next else "", results.is_first)
    documents, wanted = results.documents, results.wanted
    threads = Thread.objects.shown().with_its_row().in_bulk([int(document.ref) for document in documents])
    page.items = [threads[int(document.ref)] for document in documents if int(document.ref) in threads]
    return page, _marked(documents, wanted)


def _snippets(words, ids) -> dict:
    documents = discovery.documents(KIND, [str(pk) for pk in ids])
    return _marked(documents, discovery.written(words))


def _marked(documents, wanted) -> dict:
    found = discovery.with_snippets(documents, wanted) if wanted else []
    return {int(document.ref): conditional_escape(snippet) for document, snippet in found}


def _feed(data) -> str:
    """What of the filters a feed understands."""
    query = data.copy()
    for name in list(query):
        if name not in ("q", "skill", "author", "state", "kind") or not query[name]:
            del query[name]
    return f"?{query.urlencode()}" if query else ""


def ways_on(request, filters: ThreadFilter, wanted) -> discovery.WaysOn:
    """From a list with nothing in it. Counted as far as a page: a common word stands in a million threads."""

    def count(without, words):
        if words:
            found = discovery.best(KIND, words, filters.matching(without=("q", *without)), size=SIZE)
            return len(found.documents)
        return filters.matching(without=without)[:SIZE].count()

    labels = {name: label for name, label in filters.called().items() if name not in wanted}
    words = filters.chosen.get("q", "")
    return discovery.ways_on(
        kind=KIND, person=request.user, words=words, labels=labels, count=count, path=request.path, query=request.GET
    )


def nothing_found(context, person) -> dict:
    """What an empty list says, and the one thing to do about it."""
    if not context["boards"]:
        return no_board(person)
    chosen, ask = context["chosen"], {"url": reverse("thread_new"), "label": _("Ask a question")}
    if context["is_narrowed"] and not context["has_filters"] and (words := chosen.get("q")):
        title = _("No thread for “{words}”").format(words=words)
        return ask | {"title": title, "text": _("Try another word, or ask: you would be the first.")}
    if context["is_narrowed"] and context["has_filters"]:
        title, text = _("Nothing fits these filters"), _("Take one away, or ask: you would be the first.")
        return ask | {"title": title, "text": text}
    if about := chosen.get("about"):
        ask["url"] += f"?{urlencode({'about': about})}"
        return ask | {"title": _("Nobody has asked about it yet"), "text": _("Ask what you would ask a colleague.")}
    if context["is_narrowed"]:
        text = _("Every question has an answer. What was asked lately may still want a better one.")
        way = {"url": reverse("forum"), "label": _("Latest threads")}
        return way | {"title": _("Nobody waits for an answer"), "text": text}
    return ask | {"title": _("Nothing has been asked here yet"), "text": _("Ask what you would ask a colleague.")}


def no_board(person) -> dict:
    """Nobody can ask anything then: who may open a board is led there, everybody else to what there is."""
    title = _("There is no board yet")
    if has_role(person, Role.ORGANISER):
        way = {"url": reverse("manage_boards"), "label": _("Open a board")}
        return way | {"title": title, "text": _("One that is broad is enough to begin with, such as “Data”.")}
    way = {"url": reverse("sessions"), "label": _("See what is on")}
    return way | {"title": title, "text": _("Whoever runs this site opens the first one.")}
