"""What programs are told of sessions and seats, by webhook: ids and a link, to those whose own it is."""

from django.utils.translation import gettext_lazy as _

from features.integrations import services as integrations
from features.sessions.models import Registration

EVENTS = {
    "registration.created": _("A seat is taken: yours, or one in what you host"),
    "registration.cancelled": _("A seat is given back: yours, or one in what you host"),
    "registration.promoted": _("Somebody who waited took the seat that was kept for them"),
    "session.published": _("A session of yours is public"),
    "session.changed": _("Time, place or title changed of what you host or have a seat in"),
    "session.cancelled": _("What you host or have a seat in is called off"),
}


def register():
    for name, label in EVENTS.items():
        integrations.events.register(name, label)


def of_seat(event, seat) -> None:
    session = seat.session
    integrations.emit(
        people={seat.person_id, *_hosts(session)},
        event=event,
        about={"session": session.pk, "registration": seat.public_id}
        | ({"ticket": seat.ticket_id} if seat.ticket_id else {}),
        path=session.get_absolute_url(),
    )


def of_session(event, session) -> None:
    seats = Registration.objects.active().filter(session=session)
    integrations.emit(
        people={*_hosts(session), *seats.values_list("person_id", flat=True)},
        event=event,
        about={"session": session.pk},
        path=session.get_absolute_url(),
    )


def _hosts(session) -> set[int]:
    return {session.host_id, *(row.person_id for row in session.held_with)}
