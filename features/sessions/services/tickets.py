"""Kinds of ticket: what a host says of them. Their places are taken and given back with the seats of the session."""

from dataclasses import dataclass

from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.text import one_line
from features.sessions.models import Format, SkillSession, TicketKind

MOST = 12
WRITTEN = ("name", "format", "price_minor", "capacity", "instructions")


class TicketsRefused(Exception):
    """`code` is stable; `row` is the place of the kind in what was sent, `field` its field: where one is at fault."""

    def __init__(self, code, words, row=None, field=""):
        super().__init__(code)
        self.code, self.words, self.row, self.field = code, words, row, field


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A kind as its host wants it. Without `pk` it is new."""

    name: str
    format: str = Format.ONLINE
    price_minor: int = 0
    capacity: int | None = None
    instructions: str = ""
    is_open: bool = True
    pk: int | None = None


def set_tickets(session: SkillSession, wanted: list[Wanted] | None, now=None) -> None:
    """Make the kinds of a session those; None leaves them alone. The session's row is locked, or a draft that nobody
    else sees. Raises TicketsRefused."""
    known = {ticket.pk: ticket for ticket in session.tickets.all()} if session.has_kinds else {}
    if not known and not wanted:
        return
    if wanted is None:
        summarise(session)  # its format may be another one
        return
    if wanted and not known and (session.seats_taken or session.waitlist.filter(left_at=None).exists()):
        words = _("Somebody has a seat or waits for one already. Kinds of ticket are made before that.")
        raise TicketsRefused("seats_without_ticket", words)
    for pk in known.keys() - {row.pk for row in wanted}:
        try:
            known[pk].delete()
        except ProtectedError as error:
            words = _("Somebody has or had a ticket “%(name)s”, or waits for one. It can be closed, not removed.")
            raise TicketsRefused("ticket_has_holders", words % {"name": known[pk].name}) from error
    for place, row in enumerate(wanted):
        _write(session, known.get(row.pk or 0) or TicketKind(session=session), row, place, now or timezone.now())
    summarise(session)


def _write(session, ticket, row, place, now):
    if row.capacity is not None and row.capacity < ticket.seats_taken:
        words = _("%(taken)s of these are taken or kept. Choose at least that many.") % {"taken": ticket.seats_taken}
        raise TicketsRefused("seats_taken", words, place, "capacity")
    if row.capacity is not None and row.capacity > session.capacity:
        raise TicketsRefused("more_than_seats", _("The session has fewer seats than that."), place, "capacity")
    ticket.name, ticket.instructions, ticket.position = one_line(row.name), row.instructions, place
    ticket.format, ticket.price_minor, ticket.capacity = row.format, row.price_minor, row.capacity
    ticket.closed_at = None if row.is_open else ticket.closed_at or now
    ticket.save()


def summarise(session: SkillSession) -> None:
    """What lists show of the kinds stands in the session's row: those that are sold, or all where none is any more."""
    kinds = list(TicketKind.objects.filter(session=session))
    told = [kind for kind in kinds if kind.is_open] or kinds
    session.top_price_minor = max((kind.price_minor for kind in told), default=None)
    if told:
        session.price_minor = min(kind.price_minor for kind in told)
    session.is_hybrid = any(kind.format != session.format for kind in kinds)
    session.save(update_fields=["price_minor", "top_price_minor", "is_hybrid"])


def wanted_of(session: SkillSession) -> list[Wanted]:
    """The kinds of a session, to be made anew in a copy of it: all are open."""
    return [
        Wanted(**{name: getattr(kind, name) for name in WRITTEN})
        for kind in (session.tickets.all() if session.has_kinds else ())
    ]
