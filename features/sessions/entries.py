"""Sessions as entries of calendars: one UID for the life of a seat or a session, wherever the entry is read."""

from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from core.seo import absolute
from features.calendar.ical import Entry
from features.sessions.models import Format, Registration, SkillSession, fetch_cohosts

PAST = timedelta(days=90)


def preparation(seat) -> list[str]:
    """What is asked of everybody, and what is said to those who hold this kind of ticket."""
    said = [_("To prepare: %(what)s") % {"what": seat.session.preparation}] if seat.session.preparation else []
    return [*said, seat.instructions] if seat.instructions else said


def of_seat(seat) -> Entry:
    """The seat's entry: a higher sequence for every change. It is the same in a letter and in the person's feed."""
    session = seat.session
    where = session.address
    if seat.format == Format.ONLINE:
        where = absolute(reverse("join", args=[seat.join_token]))
    return Entry(
        **_of_both(session),
        uid=f"{seat.public_id}.{session.ical_uid}@{_host()}",
        # Giving a seat back must outrank the last request, and a session's cancellation has raised its own number.
        sequence=session.ical_sequence * 2 + (1 if seat.cancelled_at else 0),
        status="CANCELLED" if session.is_cancelled or seat.cancelled_at else "CONFIRMED",
        description="\n\n".join([*_said(session), *preparation(seat), absolute(session.get_absolute_url())]),
        location=where,
        organizer_name=settings.SITE_NAME,
        organizer_email=settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].rstrip(">"),
        attendee_name=seat.person.name,
        attendee_email=seat.person.email,
        last_modified=seat.cancelled_at or max(session.updated_at, seat.registered_at),
    )


def of_session(session) -> Entry:
    """What everybody may read of a session: its room is for those who have a seat."""
    return Entry(
        **_of_both(session),
        uid=f"{session.ical_uid}@{_host()}",
        sequence=session.ical_sequence * 2,
        status="CANCELLED" if session.is_cancelled else "CONFIRMED",
        description="\n\n".join([*_said(session), absolute(session.get_absolute_url())]),
        location=session.address if session.is_held_somewhere else absolute(session.get_absolute_url()),
        last_modified=session.updated_at,
    )


def of_person(person, now) -> list[Entry]:
    """All that somebody goes to or hosts, from 90 days ago on; what was cancelled says so."""
    since = now - PAST
    seats = Registration.objects.filter(person=person, session__ends_at__gt=since, session__removed_at=None)
    seats = seats.filter(confirmed_at__isnull=False).select_related("session__host", "person", "ticket")
    seats = list(seats)
    hosted = list(SkillSession.objects.published().hosted_by(person).filter(ends_at__gt=since).select_related("host"))
    fetch_cohosts([*hosted, *(seat.session for seat in seats)])
    return [*map(of_seat, seats), *map(of_session, hosted)]


def _said(session) -> list[str]:
    """What it is, and who holds it where that are several."""
    if not session.held_with:
        return [session.outcome]
    return [session.outcome, _("With %(names)s") % {"names": ", ".join(person.name for person in session.hosts)}]


def _of_both(session) -> dict:
    return {
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
        "zone": session.time_zone,
        "summary": session.title,
        "url": absolute(session.get_absolute_url()),
    }


def _host() -> str:
    return settings.SITE_URL.rpartition("/")[2].partition(":")[0]
