from collections.abc import Iterable, Iterator

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from core.spreadsheets import cell
from features.sessions.models import Registration


class RosterTable(tables.Table):
    """Who has a seat, with an arch to press when they arrive."""

    here = tables.TemplateColumn(template_name="sessions/_tick.html", verbose_name=_("Here"), orderable=False)
    person = tables.TemplateColumn(
        template_name="sessions/_attendee.html", verbose_name=_("Name"), order_by="person__name"
    )
    ticket = tables.Column(verbose_name=_("Ticket"), order_by=("ticket__position", "ticket"), default="")
    note = tables.Column(verbose_name=_("Says"), orderable=False, attrs={"td": {"class": "w"}, "th": {"class": "w"}})
    registered_at = tables.DateColumn(
        verbose_name=_("Registered"), format="j M", attrs={"td": {"class": "w"}, "th": {"class": "w"}}
    )

    class Meta:
        model = Registration
        fields = ("here", "person", "ticket", "note", "registered_at")
        attrs = {"class": "roster"}


def roster_rows(seats) -> Iterator[Iterable]:
    """The roster for a spreadsheet."""
    yield ["name", "handle", "ticket", "note", "registered_at", "attendance", "recorded_at", "source"]
    for seat in seats:
        here = getattr(seat, "attendance", None)
        ticket = seat.ticket.name if seat.ticket else ""
        row = [seat.person.name, seat.person.handle, ticket, seat.note, seat.registered_at.isoformat()]
        row += [here.state, here.happened_at.isoformat(), here.source] if here else ["", "", ""]
        yield map(cell, row)
