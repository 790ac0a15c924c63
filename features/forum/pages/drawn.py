"""The page of a thread, drawn once for each kind of thread and reader: what differs fills its gaps."""

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from core.gaps import Mould
from core.pagination import Page

# What its template asks; all else that it says is a gap.
OF_THREAD = ("is_question", "closing", "is_acceptance_locked", "state", "is_stale")
OF_PAGE = ("in_time", "is_asker", "is_moderator", "may_confirm", "follow")
GAPS = (
    "board_url", "board_name", "title", "pk", "slug", "address", "accepted", "top", "tags", "about_url", "about_title",
    "recorded", "duplicates", "confirmed", "first_new", "newest", "until", "opening_drawn", "answers", "replies_drawn",
    "pagination", "events", "reply", "csrf_token",
)  # fmt: skip
# A gap that says nothing is left out of the template, with the words around it.
MAY_BE_EMPTY = ("recorded", "top", "confirmed", "first_new", "newest", "until", "opening_drawn", "replies_drawn")
THREAD = Mould("forum/_thread.html", GAPS)
TAG = Mould("forum/_tag.html", ("name", "slug"))
NEXT = Mould("_pagination.html", ("next_url",))


def draw_thread(request, context: dict) -> SafeString:
    """`context` is what `thread_page` answers."""
    thread, board, about = context["thread"], context["board"], context["about"]
    is_member = "csrf_token" in context
    drawn = {
        "board_url": board.get_absolute_url(),
        "board_name": board.name,
        "title": thread.title,
        "pk": thread.pk,
        "slug": thread.slug,
        "address": thread.get_absolute_url(),
        "accepted": thread.accepted_id or 0,
        "tags": SafeString("".join(TAG.fill((), dict, (skill["name"], skill["slug"])) for skill in context["skills"])),
        "about_url": about["url"] if about else "",
        "about_title": about["title"] if about else "",
        "recorded": _if_any("forum/_recorded.html", context, ("recorded",), request),
        "duplicates": _if_any("forum/_duplicates.html", context, ("same_as", "same_here"), request),
        "pagination": _pagination(context["page"], request),
        "events": _if_any("forum/_events.html", context, ("events",), request),
    }
    said = {name: context.get(name, "") for name in GAPS if name not in drawn} | drawn
    asked = {name: getattr(thread, name) for name in OF_THREAD} | {
        "may_be_sorted": thread.replies > 1,
        "ages_at": bool(thread.ages_at),
    }
    page = {name: context[name] for name in OF_PAGE}
    left = [name for name in MAY_BE_EMPTY if said[name]]

    def with_gaps(marks):
        return {
            **page,
            **{name: marks[name] if name in left or name not in MAY_BE_EMPTY else "" for name in GAPS},
            "has_session": is_member,
            "user": {"is_authenticated": is_member},
            "board": {"get_absolute_url": marks["board_url"], "name": marks["board_name"]},
            "about": {"url": marks["about_url"], "title": marks["about_title"]} if about else None,
            "thread": {
                **{name: marks[name] for name in ("title", "pk", "slug")},
                **asked,
                "get_absolute_url": marks["address"],
                "accepted_id": marks["accepted"] if thread.accepted_id else None,
                "get_closing_display": thread.get_closing_display(),
                "get_state_display": thread.get_state_display(),
            },
        }

    kind = (is_member, bool(about), bool(thread.accepted_id), *asked.values(), *page.values(), *left)
    return THREAD.fill(kind, with_gaps, [said[name] for name in GAPS])


def _if_any(template: str, context: dict, lists: tuple[str, ...], request) -> SafeString:
    return render_to_string(template, context, request) if any(context[name] for name in lists) else SafeString("")


def _pagination(page: Page, request) -> SafeString:
    if not page.is_first:
        return render_to_string("_pagination.html", {"page": page}, request)
    if not page.next_url:
        return SafeString("")
    return NEXT.fill((), lambda marks: {"page": {"is_first": True, **marks}}, (page.next_url,))
