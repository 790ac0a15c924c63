"""What letters about sessions share."""

from dataclasses import replace

from django.conf import settings
from django.utils.translation import gettext as _

from core.templatetags.ui import city, local, words
from features.calendar import ical
from features.notifications.kinds import Letter
from features.sessions import entries
from features.sessions.models import Format

TEMPLATE = "sessions/email/letter"


def calendar_entry(seat, method="REQUEST") -> bytes:
    """The seat's calendar entry as a message: it asks for the entry, or takes it away."""
    facts = entries.of_seat(seat)
    if method == "CANCEL":
        facts = replace(facts, status="CANCELLED")
    return ical.message(method="REQUEST" if facts.status == "CONFIRMED" else "CANCEL", entry=facts)


def attachment(seat, method="REQUEST"):
    return ("session.ics", calendar_entry(seat, method), f"text/calendar; charset=utf-8; method={method}")


def clock(moment, person):
    zone = person.time_zone or settings.DEFAULT_TIME_ZONE
    return _("%(when)s %(city)s time") % {"when": words(local(moment, zone), "full"), "city": city(zone)}


def when_and_where(session, person, ticket=None):
    lines = [clock(session.starts_at, person)]
    if session.time_zone != (person.time_zone or settings.DEFAULT_TIME_ZONE):
        there = words(local(session.starts_at, session.time_zone), "full")
        lines.append(
            _("%(when)s in %(city)s, where %(host)s is")
            % {"when": there, "city": city(session.time_zone), "host": session.host.name}
        )
    if ticket:
        lines.append(session.address if ticket.format == Format.IN_PERSON else _("Online"))
        lines.append(_("Ticket: %(name)s") % {"name": ticket.name})
    else:
        lines.append(session.where_words)
    return lines


def letter(subject, said, link, *, facts=(), more=(), attachments=()):
    context = {"subject": subject, "paragraphs": said, "facts": facts, "link": link, "more": more}
    return Letter(template=TEMPLATE, context=context, attachments=list(attachments))
