"""The frame of a page, drawn once for each kind of viewer: head, navigation, footer, and gaps for what a page says.

To draw `base.html` costs more than most of what stands in it, and it says the same to everybody but for a name, a
number and a token.
"""

from functools import cache
from types import SimpleNamespace

from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template import engines

from core import nav
from core.gaps import Mould
from core.middleware import has_session

# What of the context of every page decides which parts of the frame are drawn.
FACTS = (
    "has_session", "theme", "viewer_zone", "viewer_zone_is_known", "test_mode", "demo", "role_rests", "announcement",
)  # fmt: skip
# What differs from viewer to viewer, and from page to page.
GAPS = ("name", "email", "viewer_face", "here", "csrf_token", "canonical_url")


@cache
def _mould(template: str, gaps: tuple[str, ...]) -> Mould:
    return Mould(template, GAPS + gaps)


def render_framed(request, template: str, *, same: dict, gaps: dict[str, str], token: str = "") -> HttpResponse:
    """Like `render`, for a template whose blocks say no more than `gaps` (words, and HTML that is ready) and depend on
    nothing but `same` (values that can be hashed). `token` is that of forms, where it was made already."""
    if has_session(request) and (len(get_messages(request)) or getattr(request, "support_view", None)):
        return render(request, template, same | gaps)
    is_member = has_session(request) and request.user.is_authenticated
    about: dict = {}
    for processor in engines["django"].engine.template_context_processors:
        about |= processor(request)
    unread = about["unread_count"]() if is_member else 0
    about["announcement"] = about["announcement"]()
    values = gaps | {"here": about["here"](), "canonical_url": about["canonical_url"]}
    if is_member:
        values |= {
            "name": request.user.name,
            "email": request.user.email,
            "viewer_face": about["viewer_face"](),
            "csrf_token": token or get_token(request),
        }

    def context(marks):
        person = SimpleNamespace(name=marks["name"], email=marks["email"], is_authenticated=is_member)
        filled = {name: marks[name] if value else "" for name, value in gaps.items()}
        return {**marks, **same, **filled, "user": person, "unread_count": unread}

    kind = (
        is_member, unread, nav.current(request.path), tuple(about[name] for name in FACTS),
        tuple(sorted(same.items())), tuple(bool(value) for value in gaps.values()),
    )  # fmt: skip
    ready = [values.get(name, "") for name in GAPS + tuple(gaps)]
    return HttpResponse(_mould(template, tuple(gaps)).fill(kind, context, ready, request))
