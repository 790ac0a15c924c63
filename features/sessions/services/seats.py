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
from features.sessions import happenings, promises
from features.sessions.joining import VERDICTS, Verdict, can_join
from features.sessions.models import Registration, ResaleClaim, SkillSession, WaitlistOffer
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
        return seat_in(session, person)
    if not verdict.may_register:
        raise RegistrationRefused(verdict)
    try:
        return _register(session, person, note, now)
    except (IntegrityError, RegistrationRefused):
        # Two taps at once: the second found the first one's row, and its own seat was given back by the rollback.
        existing = seat_in(session, person)
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
        policy=payments.policy(session.refund_preset, session.cancellation_hours)
        if session.price_minor
        else {"free_until_hours": session.cancellation_hours},
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


def seat_in(session, person):
    return Registration.objects.active().filter(session=session, person=person).first()


@atomic_retry
def cancel_registration(*, registration, by, reason="", expected_minor=None, now=None) -> bool:
    """Give the seat back, once, pass it on, and have paid back what the policy says. False when it was given back
    before. Raises RegistrationRefused, also where less comes back than the `expected_minor` that was shown."""
    now = now or timezone.now()
    order = payments.order_of("registration", registration.pk) if registration.session.price_minor else None
    if order:
        payments.lock_order(order.pk)  # before the session's row, as everywhere
    session = lock(registration.session_id)
    if session.has_started(now):
        raise RegistrationRefused(VERDICTS["started"])
    registration = Registration.objects.select_related("person").get(pk=registration.pk)
    if order and not registration.confirmed_at:
        return payments.release(order=order, now=now)
    quote = refund_quote(registration, session, now)
    if quote and expected_minor is not None and quote.amount_minor < expected_minor:
        raise RegistrationRefused(VERDICTS["refund_changed"])
    promises.seat_was_given_back(session, registration, by, now)
    if not give_back(session, registration, by, reason, now):
        return False
    if quote:
        _pay_back(registration, quote, by, now)
    elif (comes_back := credit_comes_back(registration, session, now)) is not None:
        _give_credit_back(registration, comes_back, now)
    if not session.is_cancelled:
        notify(registration.person, "registration_cancelled", registration.pk, session.get_absolute_url())
    return True


def give_back(session, registration, by, reason, now):
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


def refund_quote(registration, session, now) -> payments.Quote | None:
    """What giving this seat back now would bring; None where nothing was paid."""
    if not registration.confirmed_at:
        return None
    return payments.refund_quote("registration", registration.pk, starts_at=session.starts_at, now=now)


def credit_comes_back(registration, session, now) -> bool | None:
    """Whether giving this seat back now brings the credit back that it was paid by; None for any other seat."""
    if not registration.confirmed_at or not session.price_minor:
        return None
    return payments.credit_comes_back("registration", registration.pk, starts_at=session.starts_at, now=now)


def _give_credit_back(registration, comes_back, now):
    if comes_back:
        payments.give_credit_back("registration", registration.pk, now=now)
    else:
        ResaleClaim.objects.create(registration=registration, opened_at=now)


def _pay_back(registration, quote, by, now):
    payments.refund_thing(
        "registration", registration.pk, source="buyer", amount_minor=quote.amount_minor, by=by, now=now
    )
    if not quote.is_whole:
        ResaleClaim.objects.create(registration=registration, opened_at=now)


def refund_resold(session, now) -> int:
    """Seats that were given back for less than they cost and are taken again: who gave theirs back first is paid back
    first. A seat that nobody has taken yet pays for nobody."""
    claims = list(
        ResaleClaim.objects.select_for_update(of=("self",))
        .filter(registration__session=session)
        .order_by("opened_at", "pk")
    )
    if not claims:
        return 0
    taken = Registration.objects.confirmed().filter(session=session).count()
    session = SkillSession.objects.get(pk=session.pk)
    taken_again = max(0, len(claims) - (session.capacity - taken))
    due = [claim for claim in claims[:taken_again] if claim.refunded_at is None]
    for claim in due:
        payments.refund_thing("registration", claim.registration_id, source="resold", now=now)
    ResaleClaim.objects.filter(pk__in=[claim.pk for claim in due]).update(refunded_at=now)
    return len(due)


@transaction.atomic
def refund_batch(session_id: int, after: int) -> int:
    """A session that does not take place: pay back the next hundred seats behind `after`, or end their checkout.
    Answers the last one, or nothing when all are done. A worker that is killed begins again; each is paid back once."""
    now = timezone.now()
    source = "host_cancelled" if SkillSession.objects.get(pk=session_id).is_cancelled else "expert_absent"
    seats = Registration.objects.filter(session=session_id, pk__gt=after).filter(
        Q(cancelled_at=None) | Q(resale_claim__refunded_at=None, resale_claim__isnull=False)
    )
    batch = list(seats.order_by("pk").values_list("pk", flat=True)[:100])
    for pk in batch:
        order = payments.order_of("registration", pk)
        if order and order.is_unpaid:
            payments.release(order=order, now=now)
        else:
            payments.refund_thing("registration", pk, source=source, now=now)
    ResaleClaim.objects.filter(registration__in=batch).update(refunded_at=now)
    return batch[-1] if batch else 0


def release_expired_holds(*, now=None) -> int:
    """Give back seats that were held and never paid. One hold a transaction: killed halfway, the next run goes on.
    Where there is an order, its payment is looked at first: payments releases those."""
    now = now or timezone.now()
    overdue = Registration.objects.active().filter(confirmed_at=None, held_until__lte=now)
    released = 0
    for registration in list(overdue):
        if payments.order_of("registration", registration.pk):
            continue
        with transaction.atomic():
            session = lock(registration.session_id)
            still = Registration.objects.active().filter(pk=registration.pk, confirmed_at=None, held_until__lte=now)
            released += still.exists() and give_back(session, registration, None, "hold_expired", now)
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
