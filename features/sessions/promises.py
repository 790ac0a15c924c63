"""Seats on the one record of promises: only where somebody else could have had the seat, which is in a full session, or
where all tickets of a kind are taken."""

from collections import Counter

from django.utils.translation import gettext as _

from features.accounts.access import Ability
from features.moderation import services as moderation
from features.moderation.models import Incident
from features.payments import services as payments
from features.sessions.models import CoHost, Registration, SkillSession


def tell(session, present) -> None:
    """Who had a seat in a full session and was not seen; drawn anew with every correction."""
    seats = Registration.objects.confirmed().filter(session=session).select_related("person", "ticket")
    absent = seats.exclude(pk__in=[seat.pk for seat in present]) if present else seats.none()
    missing = [seat for seat in absent if could_be_had(session, seat)]
    moderation.keep_incidents(
        kind=Incident.Kind.NO_SHOW,
        among=[_key(pk) for pk in seats.values_list("pk", flat=True)],
        missed={_key(seat.pk): seat.person for seat in missing},
        happened_at=session.starts_at,
        ability=Ability.REGISTER,
        other=session.host,
    )


def seat_was_given_back(session, registration, by, now) -> None:
    """`session` as it was before: late, and somebody could have had it."""
    if by.pk == registration.person_id and giving_back_counts(session, registration, now):
        _late(session, registration.person, _key(registration.pk), Ability.REGISTER, registration.confirmed_at, now)


def giving_back_counts(session, seat, now) -> bool:
    """Whether giving it back now would be told on the record of whoever has it: not where the host has moved it."""
    if not seat.confirmed_at or not could_be_had(session, seat):
        return False
    is_late = moderation.is_late(session.starts_at, seat.confirmed_at, now)
    return is_late and not payments.was_moved("registration", seat.pk)


def could_be_had(session, seat) -> bool:
    """Whether somebody else could have had it: of a session that is full, or of a kind of ticket that is."""
    is_full = session.capacity is not None and session.seats_taken >= session.capacity
    return is_full or bool(seat.ticket and not seat.ticket.has_room)


def session_was_called_off(session, now) -> None:
    if session.seats_taken and now < session.starts_at:
        agreed = session.published_at
        _late(session, session.host, f"session:{session.pk}", Ability.HOST, agreed, now)


def counts_as_late(session, now) -> bool:
    """Whether calling it off now would be told on its host's record."""
    is_to_come = bool(session.seats_taken and session.is_published and now < session.starts_at)
    return is_to_come and moderation.is_late(session.starts_at, session.published_at, now)


def _late(session, person, source, ability, agreed_at, now):
    if moderation.is_late(session.starts_at, agreed_at, now):
        moderation.note_incident(
            person=person,
            kind=Incident.Kind.LATE_CANCEL,
            source=source,
            happened_at=now,
            ability=ability,
            other=None if person.pk == session.host_id else session.host,
            now=now,
        )


def host_did_not_come(session, now) -> None:
    moderation.note_incident(
        person=session.host,
        kind=Incident.Kind.NO_SHOW,
        source=f"session:{session.pk}",
        happened_at=session.starts_at,
        ability=Ability.HOST,
        now=now,
    )


def kept(people, since) -> dict[int, int]:
    """Seats that were taken, and sessions that were held."""
    came = Registration.objects.confirmed().present().filter(person__in=people, session__starts_at__gt=since)
    found = Counter(came.values_list("person", flat=True))
    held = SkillSession.objects.published().filter(
        host__in=people, cancelled_at=None, starts_at__gt=since, attendance_settled_at__isnull=False
    )
    held = held.exclude(host_absence__outcome="absent")
    found.update(held.values_list("host", flat=True))
    return dict(found)


def tell_seats(sources, viewer):
    rows = Registration.objects.filter(pk__in=_numbers(sources), person=viewer).select_related("session")
    said = _("Your seat in “%(title)s”")
    return {_key(row.pk): (said % {"title": row.session.title}, row.session.get_absolute_url()) for row in rows}


def tell_sessions(sources, viewer):
    rows = SkillSession.objects.filter(pk__in=_numbers(sources), host=viewer)
    return {f"session:{row.pk}": (f"“{row.title}”", row.get_absolute_url()) for row in rows}


def parts(person):
    """What came of sessions that somebody holds with their host: they judge nothing of it."""
    together = CoHost.objects.in_force().filter(person=person).values_list("session", flat=True)
    seats = Registration.objects.filter(session__in=together).values_list("pk", flat=True)
    return [*(f"session:{pk}" for pk in together), *map(_key, seats)]


def _key(pk):
    return f"registration:{pk}"


def _numbers(sources):
    return [int(source.partition(":")[2]) for source in sources]


def register():
    moderation.kept.register("sessions", kept)
    moderation.causes.register("registration", tell_seats)
    moderation.causes.register("session", tell_sessions)
    moderation.parts.register("sessions", parts)
