"""Rows of session lists as ready strings: printing them is five times faster than formatting in the template."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import languages
from core.templatetags.ui import face, level, tile, when
from features.sessions.choices import fetch_tickets


@dataclass(frozen=True, slots=True)
class Card:
    url: str
    title: str
    tile: str
    time: str
    host: str
    host_headline: str
    face: str
    kind: str
    level: str
    place: str
    language: str
    price: str
    seats: str
    is_full: bool
    standing: str


def minutes_words(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if hours and not rest:
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    return _("%(n)d min") % {"n": minutes}


def seats_words(session) -> str:
    left = session.seats_on_sale
    if left <= 0:
        waiting = getattr(session, "waiting", 0)
        return _("Full, %(n)d waiting") % {"n": waiting} if waiting else _("Full")
    return _("%(left)d of %(all)d left") % {"left": left, "all": session.capacity}


def cards(sessions, now, standings=None, notes=None):
    """Cards for sessions that came with their host. `standings`: {session id: word} for the viewer; `notes`: likewise,
    for what is over."""
    today = timezone.localdate(now)
    standings, notes = standings or {}, notes or {}
    sessions = list(sessions)
    fetch_tickets(sessions)
    made = []
    for session in sessions:
        is_over = session.ends_at <= now
        length = int((session.ends_at - session.starts_at).total_seconds() // 60)
        made.append(
            Card(
                url=f"/sessions/{session.pk}/{session.slug}/",
                title=session.title,
                tile=tile(session.starts_at, style="now" if timezone.localdate(session.starts_at) == today else ""),
                time=format_html("{}, {}", when(session.starts_at, shape="time"), minutes_words(length)),
                host=session.host.name,
                host_headline=session.host.headline,
                face=face(session.host.photo_id, session.host_id, session.host.name, "s"),
                kind=session.get_kind_display(),
                level=level(session.level),
                place=str(session.where_words) if session.is_held_somewhere else "",
                language="" if session.language == "en" else languages.name(session.language),
                price="" if is_over else session.price_words,
                seats=notes.get(session.pk, "") if is_over else seats_words(session),
                is_full=session.seats_on_sale <= 0 and not is_over,
                standing=standings.get(session.pk, ""),
            )
        )
    return made
