"""Public pages for programs that read text: what the site is, and each session, in Markdown."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import languages
from core.seo import absolute
from core.text import one_line
from features.sessions.access import visible_session
from features.sessions.joining import can_join
from features.sessions.models import SkillSession
from features.sessions.recap_pages import markdown, stays

LISTED = 50


@require_safe
def llms(request):
    """As llmstxt.org proposes it."""
    coming = SkillSession.objects.upcoming(timezone.now()).order_by("starts_at", "pk")[:LISTED]
    lines = [
        f"# {settings.SITE_NAME}",
        "",
        "> " + _("Small live sessions by working professionals. Everybody may look; taking a seat needs an account."),
        "",
        "## " + _("For programs"),
        "",
        f"- [OpenAPI 3.1]({absolute(reverse('api:openapi-json'))})",
        f"- [{_('How the API works')}]({absolute(reverse('api_docs'))})",
        "",
        "## " + _("Sessions to come"),
        "",
        *(f"- [{_plain(row.title)}]({absolute(_address(row))}): {_plain(row.outcome)}" for row in coming),
    ]
    return _markdown(lines)


@require_safe
def session_markdown(request, pk, slug):
    session = visible_session(request.user, pk)
    if not session.is_published:
        raise Http404
    if slug != session.slug:
        return redirect(_address(session), permanent=True)
    now = timezone.now()
    verdict = can_join(session, request.user, now)
    facts = {
        _("Host"): ", ".join(f"[{_plain(one.name)}]({absolute(one.get_absolute_url())})" for one in session.hosts),
        _("Starts"): f"{_clock(session.starts_at, session)} ({session.time_zone})",
        _("Ends"): f"{_clock(session.ends_at, session)} ({session.time_zone})",
        _("Where"): _plain(str(session.where_words)),
        _("Language"): languages.name(session.language),
        _("Level"): session.get_level_display(),
        _("Skills"): ", ".join(_plain(skill.name) for skill in session.skills.order_by("sessionskill__position")),
        _("Price"): session.price_words,
        _("Seats left"): _("%(left)d of %(all)d") % {"left": session.seats_on_sale, "all": session.capacity},
        _("Can I join?"): f"{verdict.words} (`{verdict.code}`)",
        _("Register"): absolute(session.get_absolute_url()),
    }
    lines = [f"# {_plain(session.title)}", "", _plain(session.outcome), ""]
    lines += [f"- {name}: {value}" for name, value in facts.items()]
    if session.description:
        lines += ["", session.description]
    lines += markdown(stays(session, request.user, now))
    return _markdown(lines)


def _address(session) -> str:
    return reverse("session_markdown", args=[session.pk, session.slug])


def _clock(moment, session) -> str:
    return moment.astimezone(session.zone).isoformat(timespec="minutes")


def _plain(text) -> str:
    """Words of people, so that they are no links or headings of ours."""
    return "".join(f"\\{c}" if c in "[]<>`*_\\#" else c for c in one_line(text))


def _markdown(lines) -> HttpResponse:
    return HttpResponse("\n".join(map(str, lines)) + "\n", content_type="text/markdown; charset=utf-8")
