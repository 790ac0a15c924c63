"""Seats: taken by a conditional UPDATE that the row's CHECK backs, so that the last one goes to exactly one person."""

import logging
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from core.db import atomic_retry
from core.limits import hit
from features.notifications.services import notify
from features.payments import services as payments
from features.sessions import happenings
from features.sessions.joining import VERDICTS, Verdict, can_join
from features.sessions.models import Registration, SkillSession, WaitlistOffer
from features.sessions.services.waitlist import close_entry, hand_on, lock, take_offer

log = logging.getLogger(__name__)

# As long as the shortest life a hosted checkout page can have, so that seat and page end together.
HOLD = timedelta(minutes=30)

OFFERED, FREE = "offered", "free"


class RegistrationRefused(Exception):
    """Why not, with the next step: see joining.VERDICTS."""

    def __init__(self, verdict: Verdict):
        super().__init__(verdict.code)
        self.verdict = verdict
        self.code = verdict.code


def register(*, session, person, note="", now=None) -> Registration:
    """Give `person` a seat, or the seat kept for them. Twice is once. Raises RegistrationRefused."""
    now = now or timezone.now()
    verdict = can_join(session, person, now)
    if verdict.code in ("registered", "held"):
        return _mine(session, person)
    if not verdict.may_register:
        raise RegistrationRefused(verdict)
    try:
        return _register(session, person, note, now)
    except (IntegrityError, RegistrationRefused):
        # Two taps at once: the second found the first one's row, and its own seat was given back by the rollback.
        existing = _mine(session, person)
        if existing is None:
            raise
        return existing


@atomic_retry
def _register(session, person, note, now):
    claimed = claim_seat(session, person, now)
    if not claimed:
        session.refresh_from_db()
        verdict = can_join(session, person, now)
        raise RegistrationRefused(VERDICTS["full"] if verdict.may_register else verdict)
    registration = Registration.objects.create(
        session=session, person=person, note=note, registered_at=now, held_until=now + HOLD
    )
    # After the row: a second tap loses to the first one's row, and the rollback forgives it.
    hit("registration", person.pk)
    line = payments.Line(
        kind="registration",
        ref=str(registration.pk),
        title=session.title,
        unit_minor=session.price_minor,
        currency=session.currency,
        seller=session.host,
        policy={"free_until_hours": session.cancellation_hours},
    )
    payments.open_order(buyer=person, lines=[line], hold_until=registration.held_until, now=now)
    registration.refresh_from_db()
    if claimed == OFFERED:
        happenings.of_seat("registration.promoted", registration)
    return registration


def claim_seat(session, person, now) -> str:
    """Take one seat if one is free, atomically; answers OFFERED, FREE or nothing. The seat kept for a person on the
    waitlist is theirs already."""
    if session.waitlist.filter(person=person, left_at=None).exists():
        locked = lock(session.pk)
        if take_offer(locked, person, now):
            return OFFERED
        close_entry(locked, person, now)
    free = SkillSession.objects.filter(
        pk=session.pk,
        published_at__isnull=False,
        cancelled_at=None,
        removed_at=None,
        starts_at__gt=now,
        seats_taken__lt=F("capacity"),
    )
    return FREE if free.update(seats_taken=F("seats_taken") + 1) else ""


def _mine(session, person):
    return Registration.objects.active().filter(session=session, person=person).first()


class RegistrationFulfilment:
    """What payments asks of a seat."""

    def confirm(self, ref, now):
        registration = Registration.objects.select_related("session", "person").get(pk=ref)
        if registration.confirmed_at is None:
            Registration.objects.filter(pk=ref).update(confirmed_at=now, held_until=None)
            notify(registration.person, "registered", registration.pk, registration.session.get_absolute_url())
            happenings.of_seat("registration.created", registration)

    def release(self, ref, now):
        registration = Registration.objects.get(pk=ref)
        _give_back(lock(registration.session_id), registration, None, "hold_expired", now)


@atomic_retry
def cancel_registration(*, registration, by, reason="", now=None) -> bool:
    """Give the seat back, once, and pass it on. False when it was given back before. Raises RegistrationRefused."""
    now = now or timezone.now()
    session = lock(registration.session_id)
    if session.has_started(now):
        raise RegistrationRefused(VERDICTS["started"])
    registration = Registration.objects.select_related("person").get(pk=registration.pk)
    if not _give_back(session, registration, by, reason, now):
        return False
    if not session.is_cancelled:
        notify(registration.person, "registration_cancelled", registration.pk, session.get_absolute_url())
    return True


def _give_back(session, registration, by, reason, now):
    freed = Registration.objects.filter(pk=registration.pk, cancelled_at=None).update(
        cancelled_at=now, cancelled_by=by, cancellation_reason=reason
    )
    if not freed:
        return False
    session.seats_taken -= 1
    session.save(update_fields=["seats_taken"])
    happenings.of_seat("registration.cancelled", registration)
    hand_on(session, now)
    return True


def release_expired_holds(*, now=None) -> int:
    """Give back seats that were held and never paid. One hold a transaction: killed halfway, the next run goes on."""
    now = now or timezone.now()
    overdue = Registration.objects.active().filter(confirmed_at=None, held_until__lte=now)
    released = 0
    for registration in list(overdue):
        with transaction.atomic():
            session = lock(registration.session_id)
            still = Registration.objects.active().filter(pk=registration.pk, confirmed_at=None, held_until__lte=now)
            released += still.exists() and _give_back(session, registration, None, "hold_expired", now)
    return released


def recount_seats() -> int:
    """Compare every upcoming session's counter with its rows; mend and report what differs (it never should)."""
    mended = 0
    for session in SkillSession.objects.upcoming(timezone.now()).only("pk").iterator():
        with transaction.atomic():
            locked = lock(session.pk)
            seats = locked.registrations.aggregate(n=Count("pk", filter=Q(cancelled_at=None)))["n"]
            offers = WaitlistOffer.objects.filter(entry__session=locked, closed_at=None).count()
            if locked.seats_taken != seats + offers:
                log.error("seat count differed", extra={"session": locked.pk, "counted": seats + offers})
                locked.seats_taken = seats + offers
                locked.save(update_fields=["seats_taken"])
                mended += 1
    return mended
