"""Kinds of ticket as somebody may choose of them: what each costs, whether there is one left, how long its line is."""

from dataclasses import dataclass

from django.db.models import Count, prefetch_related_objects
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.templatetags.ui import price
from features.sessions.joining import codes, standing
from features.sessions.models import TicketKind

TO_TAKE, SHOWN = ("open", "sign_in"), ("open", "sign_in", "full", "waiting", "offered", "email_not_verified")


@dataclass(frozen=True)
class Choice:
    ticket: TicketKind
    code: str  # of joining.VERDICTS
    waiting: int
    facts: str

    @property
    def label(self):
        return format_html("{}<small>{}</small>", self.ticket.name, self.facts)


def choices(session, person, now) -> list[Choice]:
    """Those that are sold, in their host's order; nothing where there are no kinds."""
    if not session.has_kinds:
        return []
    found = codes(session, person, standing(session, person, now))
    lines = session.waitlist.in_line().values_list("ticket").annotate(n=Count("pk")).order_by()
    waiting = dict(lines)
    return [
        Choice(ticket, code, waiting.get(ticket.pk, 0), _facts(session, ticket, waiting.get(ticket.pk, 0)))
        for ticket in session.tickets.all()
        if (code := found[ticket.pk]) in SHOWN and ticket.is_open
    ]


def to_take(found: list[Choice]) -> list[Choice]:
    return [choice for choice in found if choice.code in TO_TAKE]


def _facts(session, ticket, waiting) -> str:
    said = [price(ticket.price_minor, session.currency)]
    if session.is_hybrid:
        said.append(ticket.get_format_display())
    left = ticket.places_left(session)
    if not left and waiting:
        said.append(ngettext("Full, %(n)d waiting", "Full, %(n)d waiting", waiting) % {"n": waiting})
    elif not left:
        said.append(_("Full"))
    elif ticket.capacity is not None:
        said.append(_("%(left)d of %(all)d left") % {"left": left, "all": ticket.capacity})
    return " · ".join(said)


def fetch_tickets(sessions) -> None:
    """The kinds of those that have some, in one query, or in none."""
    prefetch_related_objects([session for session in sessions if session.has_kinds], "tickets")
