"""Seats: taken by a conditional UPDATE that the row's CHECK backs, so that the last one goes to exactly one person."""

import logging
from collections import Counter
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from core.db import atomic_retry
from core.jobs import each
from core.limits import hit
from features.notifications.services import notify
from features.payments import services as payments
from features.sessions import happenings, promises
from features.sessions.joining import VERDICTS, Verdict, can_join
from features.sessions.models import CoHost, Registration, ResaleClaim, SkillSession, TicketKind, WaitlistOffer
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


def register(*, session, person, note="", ticket=None, now=None) -> Registration:
    """Give `person` a seat, of that kind of `ticket` where there are kinds; or the seat kept for them. Twice is once.
    Raises RegistrationRefused."""
    now = now or timezone.now()
    verdict = can_join(session, person, now, ticket)
    if verdict.code in ("registered", "held"):
        return seat_in(session, person)
    if not verdict.may_register:
        raise RegistrationRefused(verdict)
    if session.has_kinds and ticket is None:
        if verdict.code != "offered":
            raise RegistrationRefused(VERDICTS["choose_ticket"])
        ticket = session.waitlist.select_related("ticket").get(person=person, left_at=None).ticket
    try:
        return _register(session, person, note, ticket, now)
    except _NoSeat:
        session.refresh_from_db()
        verdict = can_join(session, person, now, ticket and TicketKind.objects.get(pk=ticket.pk))
        refused: Exception = RegistrationRefused(VERDICTS["full"] if verdict.may_register else verdict)
    except (IntegrityError, RegistrationRefused) as error:
        refused = error
    # Two taps at once: the second found the first one's row, and its own seat was given back by the rollback.
    existing = seat_in(session, person)
    if existing is None:
        raise refused
    return existing


class _NoSeat(Exception):
    """Nothing was free any more."""


@atomic_retry
def _register(session, person, note, ticket, now):
    """The seat itself comes last: everybody who wants one waits for its session's row until this transaction ends."""
    registration = Registration.objects.create(
        session=session, person=person, ticket=ticket, note=note, registered_at=now, held_until=now + HOLD
    )
    price_minor = ticket.price_minor if ticket else session.price_minor
    line = payments.Line(
        kind="registration",
        ref=str(registration.pk),
        title=f"{session.title}: {ticket.name}" if ticket else session.title,
        unit_minor=price_minor,
        currency=session.currency,
        seller_id=session.host_id,
        policy=payments.policy(session.refund_preset, session.cancellation_hours)
        if price_minor
        else {"free_until_hours": session.cancellation_hours},
    )
    payments.open_order(buyer=person, lines=[line], hold_until=registration.held_until, now=now)
    registration.refresh_from_db()
    if not (claimed := claim_seat(session, person, now, ticket)):
        raise _NoSeat
    hit("registration", person.pk)  # behind the session's row, as where somebody joins its line
    if CoHost.objects.in_force().filter(session=session, person=person).exists():  # since they were asked about it
        raise RegistrationRefused(VERDICTS["host"])
    if claimed == OFFERED:
        happenings.of_seat("registration.promoted", registration)
    return registration


def claim_seat(session, person, now, ticket=None) -> str:
    """Take one seat if one is free, atomically; answers OFFERED, FREE or nothing. The seat kept for a person on the
    waitlist is theirs already. The session's row comes first, so that it stands for those of its kinds of ticket."""
    has_waited = session.waitlist.filter(person=person, left_at=None).exists()
    if has_waited:
        locked = lock(session.pk)
        if take_offer(locked, person, now, ticket):
            return OFFERED
        close_entry(locked, person, now)
    rows = SkillSession.objects.filter(pk=session.pk)
    free = rows.filter(
        published_at__isnull=False,
        cancelled_at=None,
        removed_at=None,
        starts_at__gt=now,
        seats_taken__lt=F("capacity"),
        top_price_minor__isnull=ticket is None,  # kinds may have come or gone since the page was read
    )
    if not free.update(seats_taken=F("seats_taken") + 1):
        return ""
    if ticket and not TicketKind.objects.filter(session=session, closed_at=None).take_place(ticket.pk):
        rows.update(seats_taken=F("seats_taken") - 1)
        return ""
    if has_waited and ticket:
        hand_on(lock(session.pk), now)  # they waited for another kind, and one of those may have been kept for them
    return FREE


def seat_in(session, person):
    return Registration.objects.active().filter(session=session, person=person).first()


@atomic_retry
def cancel_registration(*, registration, by, reason="", expected_minor=None, expects_credit=False, now=None) -> bool:
    """Give the seat back, once, pass it on, and have paid back what the policy says. False when it was given back
    before. Raises RegistrationRefused, also where less comes back than the `expected_minor`, or the credit, that was
    shown."""
    now = now or timezone.now()
    order = payments.order_of("registration", registration.pk)  # whatever the session costs by now
    if order:
        payments.lock_order(order.pk)  # before the session's row, as everywhere
    session = lock(registration.session_id)
    registration = Registration.objects.select_related("person", "ticket").get(pk=registration.pk)
    if registration.cancelled_at:
        return False
    if session.is_cancelled:  # everything is on its way back, and nobody gave anything up
        raise RegistrationRefused(VERDICTS["cancelled"])
    if session.has_started(now):
        raise RegistrationRefused(VERDICTS["started"])
    if order and not registration.confirmed_at:
        return payments.release(order=order, now=now)
    quote = refund_quote(registration, session, now)
    comes_back = credit_comes_back(registration, session, now)
    is_less = quote and expected_minor is not None and quote.amount_minor < expected_minor
    if is_less or (expects_credit and comes_back is False):
        raise RegistrationRefused(VERDICTS["refund_changed"])
    promises.seat_was_given_back(session, registration, by, now)
    if not give_back(session, registration, by, reason, now):
        return False
    if quote:
        _pay_back(registration, quote, by, now)
    elif comes_back is not None:
        _give_credit_back(registration, comes_back, now)
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
    TicketKind.objects.give_place_back(registration.ticket_id)
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
    if not registration.confirmed_at:
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
        .select_related("registration__ticket")
        .order_by("opened_at", "pk")
    )
    if not claims:
        return 0
    due = [claim for claim in _taken_again(SkillSession.objects.get(pk=session.pk), claims) if not claim.refunded_at]
    for claim in due:
        payments.refund_thing("registration", claim.registration_id, source="resold", now=now)
    ResaleClaim.objects.filter(pk__in=[claim.pk for claim in due]).update(refunded_at=now)
    return len(due)


def _taken_again(session, claims):
    """Of a kind with a number of its own those that are sold out of it again; then, in order, as many as the session as
    a whole has sold again, so that one new seat never pays for two."""
    seats = Registration.objects.confirmed().filter(session=session)
    taken = Counter(seats.values_list("ticket", flat=True))
    found = []
    for ticket in {claim.registration.ticket for claim in claims} - {None}:
        if ticket.capacity is not None:
            own = [claim for claim in claims if claim.registration.ticket_id == ticket.pk]
            found += own[: max(0, len(own) - (ticket.capacity - taken[ticket.pk]))]
    again = max(0, len(claims) - (session.capacity - taken.total()))
    others = [claim for claim in claims if claim not in found]
    return found + others[: max(0, again - len(found))]


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
    unpaid = [registration for registration in overdue if not payments.order_of("registration", registration.pk)]
    return each(unpaid, lambda registration: _release(registration, now))


@transaction.atomic
def _release(registration, now) -> bool:
    session = lock(registration.session_id)
    still = Registration.objects.active().filter(pk=registration.pk, confirmed_at=None, held_until__lte=now)
    return still.exists() and give_back(session, registration, None, "hold_expired", now)


def recount_seats() -> int:
    """Compare every upcoming session's counters with its rows; mend and report what differs (it never should)."""
    return sum(_recount(pk) for pk in SkillSession.objects.upcoming(timezone.now()).values_list("pk", flat=True))


@transaction.atomic
def _recount(pk) -> int:
    session = lock(pk)
    taken: Counter[int | None] = Counter(
        Registration.objects.active().filter(session=session).values_list("ticket", flat=True)
    )
    kept = WaitlistOffer.objects.filter(entry__session=session, closed_at=None)
    taken.update(kept.values_list("entry__ticket", flat=True))
    counted: list[tuple[SkillSession | TicketKind, int]] = [(session, taken.total())]
    if session.has_kinds:
        counted += [(ticket, taken[ticket.pk]) for ticket in session.tickets.all()]
    wrong = [(row, seats) for row, seats in counted if row.seats_taken != seats]
    for row, seats in wrong:
        log.error("seat count differed", extra={"row": f"{row._meta.model_name}:{row.pk}", "counted": seats})
        row.seats_taken = seats
        row.save(update_fields=["seats_taken"])
    return len(wrong)
