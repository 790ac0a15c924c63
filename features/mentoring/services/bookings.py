"""Booking a mentor's time. The constraint on claims decides who gets it; the lock keeps limits and buffers true."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.db import atomic_retry
from core.jobs import each
from core.limits import hit
from features.accounts.access import Ability
from features.accounts.models import User
from features.calendar import services as calendar
from features.mentoring.models import Booking, Offer
from features.mentoring.services import offers
from features.mentoring.services.may_book import why_no_intro, why_not_book, why_not_move
from features.mentoring.services.refusals import MentoringRefused
from features.moderation import services as moderation
from features.moderation.models import Incident
from features.notifications.services import notify
from features.payments import services as payments

KIND = "booking"
RESERVED = timedelta(minutes=5)  # to say what it is about, and to be sure
# As long as the shortest life a hosted checkout page can have, so that time and page end together.
UNPAID = timedelta(minutes=30)


@atomic_retry
def reserve(
    *, offer: Offer, person: User, starts_at: datetime, hold: timedelta = RESERVED, now: datetime | None = None
) -> Booking:
    """Keep a free time for somebody, for five minutes or as long as said. Asking again for what one holds is the same.
    What they held of this mentor's before is given back. Raises MentoringRefused and RateLimited."""
    now = now or timezone.now()
    offer = Offer.objects.select_related("mentor").get(pk=offer.pk)
    moderation.hold_pair(offer.mentor_id, person.pk)
    _lock(offer.mentor_id, person.pk)
    if refused := why_not_book(offer, person, now):
        raise refused
    held = Booking.objects.active().filter(mentor=offer.mentor, mentee=person, confirmed_at=None)
    same = held.filter(offer=offer, starts_at=starts_at, held_until__gt=now).first()
    if same:
        return same
    _release(held, "given_back", now)
    _release(_overdue(now).filter(mentor=offer.mentor), "hold_expired", now)
    _release(_overdue(now).filter(mentee=person), "hold_expired", now)
    hit("booking", person.pk)
    if not offers.is_free(offers.free_slots(offer, person, now=now), starts_at):
        raise _taken()
    booking = Booking.objects.create(
        offer=offer,
        mentor=offer.mentor,
        mentee=person,
        title=offer.title,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=offer.minutes),
        time_zone=offers.plain_rules(offer.mentor).zone_at(starts_at),
        price_minor=offer.price_minor,
        currency=offer.currency,
        policy=offer.policy(),
        booked_at=now,
        held_until=now + hold,
        changed_at=now,
    )
    claim(booking)
    return booking


@atomic_retry
def book(*, booking: Booking, note: str = "", now: datetime | None = None) -> Booking:
    """Make what is kept a booking. A free one holds at once; a priced one is kept until it is paid. Twice is once;
    what it is about may be said anew afterwards. Raises MentoringRefused."""
    now = now or timezone.now()
    _lock(booking.mentor_id, booking.mentee_id)
    booking = Booking.objects.select_related("mentor", "mentee", "offer").get(pk=booking.pk)
    if booking.confirmed_at and not booking.cancelled_at:
        booking.note = note or booking.note
        booking.save(update_fields=["note"])
        return booking
    if booking.cancelled_at or (booking.held_until and booking.held_until <= now):
        raise MentoringRefused("hold_expired", _("The time to confirm was over. Choose a time once more."))
    if payments.order_of(KIND, booking.pk):
        return booking  # it waits for its payment
    if refused := why_no_intro(booking.offer, booking.mentee, now):
        raise refused  # others that were kept beside it are booked by now
    booking.note = note
    booking.held_until = now + UNPAID
    booking.save(update_fields=["note", "held_until"])
    line = payments.Line(
        kind=KIND,
        ref=str(booking.pk),
        title=booking.title,
        unit_minor=booking.price_minor,
        currency=booking.currency,
        seller_id=booking.mentor_id,
        policy=booking.policy,
    )
    payments.open_order(buyer=booking.mentee, lines=[line], hold_until=booking.held_until, now=now)
    booking.refresh_from_db()
    return booking


@atomic_retry
def cancel_booking(
    *,
    booking: Booking,
    by: User,
    reason: str,
    is_told: bool = True,
    expected_minor: int | None = None,
    expects_credit: bool = False,
    now: datetime | None = None,
) -> bool:
    """Call it off, by either of the two, until it starts; late, it stands on their record if it `is_told`. False when
    it was called off before. Raises MentoringRefused, also where less is paid back than the `expected_minor`, or the
    credit, that was shown."""
    now = now or timezone.now()
    order = payments.order_of(KIND, booking.pk) if booking.price_minor else None
    if order:
        payments.lock_order(order.pk)  # before the booking's row, as everywhere
    booking = lock_booking(booking)
    if booking.cancelled_at:
        return False
    if order and booking.confirmed_at is None:
        return payments.release(order=order, now=now)
    if booking.starts_at <= now:
        raise MentoringRefused("started", _("This meeting has begun. Say on its page what became of it."))
    was_confirmed = booking.confirmed_at is not None
    is_less = expected_minor is not None and (refund_quote(booking, by, now) or 0) < expected_minor
    if is_less or (expects_credit and credit_comes_back(booking, by, now) is False):
        words = _("The amount that is paid back has changed meanwhile. Look at it again.")
        raise MentoringRefused("refund_changed", words)
    if is_told and counts_as_late(booking, by, now):
        _note_late(booking, by, now)
    call_off(booking, by, reason, now)
    if order:
        _pay_back(booking, by, now)
    if was_confirmed:
        tell(booking, "booking_cancelled")
    return True


def call_off(booking: Booking, by: User | None, reason: str, now: datetime) -> None:
    booking.cancelled_at, booking.cancelled_by, booking.reason, booking.changed_at = now, by, reason, now
    booking.ical_sequence += 1
    booking.save(update_fields=["cancelled_at", "cancelled_by", "reason", "changed_at", "ical_sequence"])
    calendar.release(KIND, str(booking.pk))
    offers.refresh_page(booking.mentor, now=now)


def counts_as_late(booking: Booking, by: User, now: datetime) -> bool:
    """Whether calling it off now would be told on the record of whoever does: not of a mentee whom it was moved for."""
    if booking.confirmed_at is None or (booking.is_at_mentors_wish and by.pk == booking.mentee_id):
        return False
    return moderation.is_late(booking.starts_at, booking.changed_at, now)


def _note_late(booking, by, now) -> None:
    moderation.note_incident(
        person=by,
        kind=Incident.Kind.LATE_CANCEL,
        source=f"{KIND}:{booking.pk}",
        happened_at=now,
        ability=Ability.MENTOR if by.pk == booking.mentor_id else Ability.REGISTER,
        other=booking.other(by),
        now=now,
    )


def refund_quote(booking: Booking, by: User, now: datetime) -> int | None:
    """What calling it off now pays back, in minor units; None where nothing was paid. All, but by the mentee at a time
    that they chose."""
    quote = payments.refund_quote(KIND, booking.pk, starts_at=booking.starts_at, now=now)
    if quote is None:
        return None
    return quote.paid_minor if _is_all_given_back(booking, by) else quote.amount_minor


def credit_comes_back(booking: Booking, by: User, now: datetime) -> bool | None:
    """Whether calling it off now brings back the credit that it was paid by; None for any other meeting."""
    comes_back = payments.credit_comes_back(KIND, booking.pk, starts_at=booking.starts_at, now=now)
    return comes_back if comes_back is None else comes_back or _is_all_given_back(booking, by)


def _is_all_given_back(booking, by) -> bool:
    return by.pk != booking.mentee_id or booking.is_at_mentors_wish


def _pay_back(booking, by, now) -> None:
    source = "buyer" if by.pk == booking.mentee_id else "host_cancelled"
    if credit_comes_back(booking, by, now):
        payments.give_credit_back(KIND, booking.pk, source=source, by=by, now=now)
    elif amount := refund_quote(booking, by, now):
        payments.refund_thing(KIND, booking.pk, source=source, amount_minor=amount, by=by, now=now)


@atomic_retry
def move_booking(
    *, booking: Booking, by: User, starts_at: datetime, reason: str, now: datetime | None = None
) -> Booking:
    """Another time for the same meeting; what was agreed goes along. Raises MentoringRefused, and then it stays."""
    now = now or timezone.now()
    booking = lock_booking(booking)
    if refused := why_not_move(booking, now):
        raise refused
    if starts_at == booking.starts_at:
        return booking
    length = booking.length
    found = offers.free_slots(booking.offer, booking.mentee, now=now, length=length, moving=booking)
    if not offers.is_free(found, starts_at):
        raise _taken()
    booking.previous_starts_at = booking.starts_at
    booking.starts_at, booking.ends_at = starts_at, starts_at + length
    booking.time_zone = offers.plain_rules(booking.mentor).zone_at(starts_at)
    booking.reason, booking.changed_at = reason, now
    booking.moves += 1
    booking.policy = booking.policy | {"moved_by_mentor": by.pk == booking.mentor_id}
    booking.ical_sequence += 1
    booking.mentor_came_at = booking.mentee_came_at = None  # that was for the other time
    booking.save()
    claim(booking)
    tell(booking, "booking_moved", f":{booking.ical_sequence}")
    offers.refresh_page(booking.mentor, now=now)
    return booking


@transaction.atomic
def give_back(*, booking: Booking, now: datetime | None = None) -> bool:
    """Let go of what is kept and not booked."""
    now = now or timezone.now()
    if order := payments.order_of(KIND, booking.pk):
        return payments.release(order=order, now=now)
    return give_up(booking.pk, "given_back", now)


def release_expired_holds(*, now: datetime | None = None) -> int:
    """Times that were kept and never booked or paid. One a transaction: killed halfway, the next run goes on."""
    now = now or timezone.now()
    found = list(_overdue(now).values_list("pk", flat=True))
    return each(found, lambda pk: transaction.atomic(_release)(_overdue(now).filter(pk=pk), "hold_expired", now))


def _overdue(now):
    return Booking.objects.active().filter(confirmed_at=None, held_until__lte=now)


def _release(bookings, reason, now) -> int:
    """Where there is an order its payment is looked at first: payments releases those."""
    found = [pk for pk in bookings.values_list("pk", flat=True) if not payments.order_of(KIND, pk)]
    return sum(give_up(pk, reason, now) for pk in found)


def give_up(pk, reason, now) -> bool:
    changed = Booking.objects.active().filter(pk=pk, confirmed_at=None).update(cancelled_at=now, reason=reason)
    if changed:
        calendar.release(KIND, str(pk))
    return bool(changed)


def _lock(*people: int) -> None:
    """Both rows, always in the same order, so that two who book each other never wait for each other."""
    list(User.objects.select_for_update(no_key=True).filter(pk__in=people).order_by("pk").values_list("pk", flat=True))


def lock_booking(booking) -> Booking:
    _lock(booking.mentor_id, booking.mentee_id)
    return Booking.objects.select_related("mentor", "mentee", "offer__mentor").get(pk=booking.pk)


def claim(booking) -> None:
    for person in (booking.mentor, booking.mentee):
        try:
            calendar.claim(person, booking.starts_at, booking.ends_at, KIND, str(booking.pk))
        except calendar.TimeTaken as taken:
            raise _taken() from taken


def _taken() -> MentoringRefused:
    return MentoringRefused("taken", _("This time is not free any more. Choose another one."))


def tell(booking, kind, suffix="") -> None:
    for person in (booking.mentor, booking.mentee):
        key = f"{kind}:{booking.pk}:{person.pk}{suffix}"
        notify(person, kind, booking.pk, booking.get_absolute_url(), key=key)
