"""Booking a mentor's time. The constraint on claims decides who gets it; the lock keeps limits and buffers true."""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.db import atomic_retry
from core.limits import hit
from features.accounts.access import Ability, bar
from features.accounts.models import User
from features.calendar import services as calendar
from features.mentoring.models import Booking, MentorPage, Offer
from features.mentoring.services import offers
from features.mentoring.services.refusals import MentoringRefused
from features.notifications.services import notify
from features.payments import services as payments

KIND = "booking"
RESERVED = timedelta(minutes=5)  # to say what it is about, and to be sure
# As long as the shortest life a hosted checkout page can have, so that time and page end together.
UNPAID = timedelta(minutes=30)
INTRO_DAYS, INTRO_MINUTES = 30, 60  # so much of first talks in so many days, with whomever


def why_not_book(offer: Offer, person, now: datetime) -> MentoringRefused | None:
    """Whether this person may have this offer at all, whatever the hour."""
    mentors = reverse("home")
    if offer.closed_at or not MentorPage.objects.shown(now).filter(person=offer.mentor_id).exists():
        return MentoringRefused("closed", _("This is no longer on offer. Look at what else there is."), mentors)
    if person.pk == offer.mentor_id:
        return MentoringRefused("own", _("This is your own offer. Others book it."), reverse("own_offers"))
    if not person.emailaddress_set.filter(verified=True).exists():
        return MentoringRefused("email_not_verified", _("Confirm your e-mail address first."))
    if barred := bar(person, Ability.REGISTER):
        return MentoringRefused("barred", barred.words, barred.url)
    if offer.price_minor and not payments.is_set_up():
        return MentoringRefused(
            "payments_not_set_up",
            _("This has a price, and payments are not set up on this site. Nothing can be booked."),
        )
    return _why_no_intro(offer, person, now) if offer.kind == Offer.Kind.INTRO else None


def _why_no_intro(offer, person, now):
    talks = Booking.objects.active().filter(mentee=person, offer__kind=Offer.Kind.INTRO, confirmed_at__isnull=False)
    if talks.filter(mentor=offer.mentor_id).exists():
        return MentoringRefused("intro_used", _("A first talk is for the first time. Book a meeting instead."))
    lately = talks.filter(starts_at__gt=now - timedelta(days=INTRO_DAYS)).values_list("starts_at", "ends_at")
    used = sum(((end - start) for start, end in lately), timedelta())
    if used + timedelta(minutes=offer.minutes) > timedelta(minutes=INTRO_MINUTES):
        words = _("You have used your %(minutes)d minutes of first talks in 30 days. Book a meeting, or wait a little.")
        return MentoringRefused("intro_budget", words % {"minutes": INTRO_MINUTES})
    return None


@atomic_retry
def reserve(*, offer: Offer, person: User, starts_at: datetime, now: datetime | None = None) -> Booking:
    """Keep a free time for somebody for five minutes. Asking again for what one holds is the same. What they held of
    this mentor's before is given back. Raises MentoringRefused and RateLimited."""
    now = now or timezone.now()
    offer = Offer.objects.select_related("mentor").get(pk=offer.pk)
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
    if (starts_at, starts_at + timedelta(minutes=offer.minutes)) not in offers.free_slots(offer, person, now=now):
        raise _taken()
    booking = Booking.objects.create(
        offer=offer,
        mentor=offer.mentor,
        mentee=person,
        title=offer.title,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=offer.minutes),
        time_zone=offers.zone_of(offer.mentor),
        price_minor=offer.price_minor,
        currency=offer.currency,
        policy=offer.policy(),
        booked_at=now,
        held_until=now + RESERVED,
        changed_at=now,
    )
    _claim(booking)
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
    booking.note = note
    booking.held_until = now + UNPAID
    booking.save(update_fields=["note", "held_until"])
    line = payments.Line(
        kind=KIND,
        ref=str(booking.pk),
        title=booking.title,
        unit_minor=booking.price_minor,
        currency=booking.currency,
        seller=booking.mentor,
        policy=booking.policy,
    )
    payments.open_order(buyer=booking.mentee, lines=[line], hold_until=booking.held_until, now=now)
    booking.refresh_from_db()
    return booking


class BookingFulfilment(payments.Fulfilment):
    """What payments asks of a booking."""

    credit_scope = "mentoring"

    def thing(self, ref):
        return f"offer:{Booking.objects.values_list('offer', flat=True).get(pk=ref)}"

    def confirm(self, ref, now):
        booking = Booking.objects.select_related("mentor", "mentee").get(pk=ref)
        if Booking.objects.active().filter(pk=ref, confirmed_at=None).update(confirmed_at=now, held_until=None):
            _tell(booking, "booked")
            offers.refresh_page(booking.mentor, now=now)

    def release(self, ref, now):
        _give_up(ref, "hold_expired", now)

    def extend(self, ref, until):
        Booking.objects.active().filter(pk=ref, confirmed_at=None).update(held_until=until)

    def reseat(self, ref, now):
        """Money that came late: the time is theirs if it is still free for both."""
        booking = Booking.objects.select_related("mentor", "mentee").get(pk=ref)
        if booking.starts_at <= now or booking.cancelled_at is None:
            return False
        try:
            with transaction.atomic():
                _claim(booking)
        except MentoringRefused:
            return False
        Booking.objects.filter(pk=ref).update(cancelled_at=None, cancelled_by=None, reason="", held_until=now)
        self.confirm(ref, now)
        return True

    def delivered_at(self, ref):
        """Who gave it back for a part has paid for the time all the same."""
        return Booking.objects.get(pk=ref).ends_at

    def page(self, ref):
        booking = Booking.objects.filter(pk=ref).first()
        return booking.get_absolute_url() if booking else ""


@atomic_retry
def cancel_booking(*, booking: Booking, by: User, reason: str, now: datetime | None = None) -> bool:
    """Call it off, by either of the two, until it starts. False when it was called off before. Raises
    MentoringRefused."""
    now = now or timezone.now()
    order = payments.order_of(KIND, booking.pk) if booking.price_minor else None
    if order:
        payments.lock_order(order.pk)  # before the booking's row, as everywhere
    booking = _locked(booking)
    if booking.cancelled_at:
        return False
    if order and booking.confirmed_at is None:
        return payments.release(order=order, now=now)
    if booking.starts_at <= now:
        raise MentoringRefused("started", _("This meeting has begun. Say on its page what became of it."))
    was_confirmed = booking.confirmed_at is not None
    booking.cancelled_at, booking.cancelled_by, booking.reason, booking.changed_at = now, by, reason, now
    booking.ical_sequence += 1
    booking.save(update_fields=["cancelled_at", "cancelled_by", "reason", "changed_at", "ical_sequence"])
    calendar.release(KIND, str(booking.pk))
    if order:
        _pay_back(booking, by, now)
    if was_confirmed:
        _tell(booking, "booking_cancelled")
    offers.refresh_page(booking.mentor, now=now)
    return True


def refund_quote(booking: Booking, by: User, now: datetime) -> int | None:
    """What calling it off now pays back, in minor units; None where nothing was paid. By the mentor it is all of it."""
    quote = payments.refund_quote(KIND, booking.pk, starts_at=booking.starts_at, now=now)
    if quote is None:
        return None
    return quote.paid_minor if by.pk == booking.mentor_id else quote.amount_minor


def credit_comes_back(booking: Booking, by: User, now: datetime) -> bool | None:
    """Whether calling it off now brings back the credit that it was paid by; None for any other meeting."""
    comes_back = payments.credit_comes_back(KIND, booking.pk, starts_at=booking.starts_at, now=now)
    return comes_back if comes_back is None else comes_back or by.pk == booking.mentor_id


def _pay_back(booking, by, now) -> None:
    if credit_comes_back(booking, by, now):
        payments.give_credit_back(KIND, booking.pk, now=now)
    elif amount := refund_quote(booking, by, now):
        source = "host_cancelled" if by.pk == booking.mentor_id else "buyer"
        payments.refund_thing(KIND, booking.pk, source=source, amount_minor=amount, by=by, now=now)


def why_not_move(booking: Booking, now: datetime) -> MentoringRefused | None:
    """What was promised when it was booked decides, for both sides; not what the mentor says today."""
    if booking.cancelled_at or booking.confirmed_at is None:
        return MentoringRefused("not_booked", _("Only a meeting that stands can be moved."))
    if booking.starts_at <= now:
        return MentoringRefused("started", _("A meeting that has begun cannot be moved."))
    if now > booking.changeable_until:
        words = _("It is less than %(n)d hours to the start, so it cannot be moved. You can still call it off.")
        return MentoringRefused("too_late", words % {"n": booking.policy["free_until_hours"]})
    if booking.moves >= booking.policy["most_moves"]:
        words = _("It was moved %(n)d times, which is as often as was agreed. You can still call it off.")
        return MentoringRefused("moved_enough", words % {"n": booking.moves})
    return None


@atomic_retry
def move_booking(
    *, booking: Booking, by: User, starts_at: datetime, reason: str, now: datetime | None = None
) -> Booking:
    """Another time for the same meeting; what was agreed goes along. Raises MentoringRefused, and then it stays."""
    now = now or timezone.now()
    booking = _locked(booking)
    if refused := why_not_move(booking, now):
        raise refused
    if starts_at == booking.starts_at:
        return booking
    length = booking.length
    if (starts_at, starts_at + length) not in offers.free_slots(
        booking.offer, booking.mentee, now=now, length=length, moving=booking
    ):
        raise _taken()
    booking.previous_starts_at = booking.starts_at
    booking.starts_at, booking.ends_at = starts_at, starts_at + length
    booking.reason, booking.changed_at = reason, now
    booking.moves += 1
    booking.ical_sequence += 1
    booking.save()
    _claim(booking)
    _tell(booking, "booking_moved", f":{booking.ical_sequence}")
    offers.refresh_page(booking.mentor, now=now)
    return booking


@transaction.atomic
def give_back(*, booking: Booking, now: datetime | None = None) -> bool:
    """Let go of what is kept and not booked."""
    now = now or timezone.now()
    if order := payments.order_of(KIND, booking.pk):
        return payments.release(order=order, now=now)
    return _give_up(booking.pk, "given_back", now)


def release_expired_holds(*, now: datetime | None = None) -> int:
    """Times that were kept and never booked or paid. One a transaction: killed halfway, the next run goes on."""
    now, released = now or timezone.now(), 0
    for pk in list(_overdue(now).values_list("pk", flat=True)):
        with transaction.atomic():
            released += _release(_overdue(now).filter(pk=pk), "hold_expired", now)
    return released


def _overdue(now):
    return Booking.objects.active().filter(confirmed_at=None, held_until__lte=now)


def _release(bookings, reason, now) -> int:
    """Where there is an order its payment is looked at first: payments releases those."""
    found = [pk for pk in bookings.values_list("pk", flat=True) if not payments.order_of(KIND, pk)]
    return sum(_give_up(pk, reason, now) for pk in found)


def _give_up(pk, reason, now) -> bool:
    changed = Booking.objects.active().filter(pk=pk, confirmed_at=None).update(cancelled_at=now, reason=reason)
    if changed:
        calendar.release(KIND, str(pk))
    return bool(changed)


def _lock(*people: int) -> None:
    """Both rows, always in the same order, so that two who book each other never wait for each other."""
    list(User.objects.select_for_update(no_key=True).filter(pk__in=people).order_by("pk").values_list("pk", flat=True))


def _locked(booking) -> Booking:
    _lock(booking.mentor_id, booking.mentee_id)
    return Booking.objects.select_related("mentor", "mentee", "offer__mentor").get(pk=booking.pk)


def _claim(booking) -> None:
    for person in (booking.mentor, booking.mentee):
        try:
            calendar.claim(person, booking.starts_at, booking.ends_at, KIND, str(booking.pk))
        except calendar.TimeTaken as taken:
            raise _taken() from taken


def _taken() -> MentoringRefused:
    return MentoringRefused("taken", _("This time is not free any more. Choose another one."))


def _tell(booking, kind, suffix="") -> None:
    for person in (booking.mentor, booking.mentee):
        key = f"{kind}:{booking.pk}:{person.pk}{suffix}"
        notify(person, kind, booking.pk, booking.get_absolute_url(), key=key)


# --- Meeting ----------------------------------------------------------------------------------------------------------
def record_join(*, booking: Booking, person: User, now: datetime | None = None) -> None:
    """Somebody is there. Raises MentoringRefused."""
    now = now or timezone.now()
    if booking.cancelled_at or booking.confirmed_at is None:
        raise MentoringRefused("not_booked", _("This meeting does not take place."))
    if not booking.room_is_open(now):
        raise MentoringRefused("not_open", _("The room opens 15 minutes before the start."))
    side = "mentor_came_at" if person.pk == booking.mentor_id else "mentee_came_at"
    Booking.objects.filter(pk=booking.pk, **{side: None}).update(**{side: now})


SETTLED_AFTER = timedelta(minutes=30)
OBJECTED_WITHIN = timedelta(days=2)


def settle_meetings(*, now: datetime) -> int:
    """Half an hour after the end: who pressed was there, and who did not come is written down."""
    settled = 0
    over = Booking.objects.confirmed().filter(settled_at=None, ends_at__lte=now - SETTLED_AFTER)
    for booking in over:
        both = (bool(booking.mentor_came_at), bool(booking.mentee_came_at))
        outcome = {
            (True, True): Booking.Outcome.MET,
            (True, False): Booking.Outcome.MENTEE_ABSENT,
            (False, True): Booking.Outcome.MENTOR_ABSENT,
            (False, False): Booking.Outcome.NOBODY,
        }[both]
        changed = Booking.objects.confirmed().filter(pk=booking.pk, settled_at=None)
        settled += changed.update(outcome=outcome, settled_at=now)
    return settled


@transaction.atomic
def say_we_met(*, booking: Booking, by: User, now: datetime | None = None) -> None:
    """Somebody who waited in vain would not say so: whoever was there may put right, for two days, that nobody or only
    they had pressed the button. Nobody can say it of themselves against the other."""
    booking = _locked(booking)
    if refused := why_not_say_we_met(booking, by, now or timezone.now()):
        raise refused
    Booking.objects.filter(pk=booking.pk).update(outcome=Booking.Outcome.MET)


def why_not_say_we_met(booking: Booking, by: User, now: datetime) -> MentoringRefused | None:
    if booking.settled_at is None or booking.outcome == Booking.Outcome.MET or now > booking.ends_at + OBJECTED_WITHIN:
        return MentoringRefused("too_late", _("This can be put right for two days after the meeting."))
    missed: dict[str, int] = {
        Booking.Outcome.MENTEE_ABSENT: booking.mentor_id,
        Booking.Outcome.MENTOR_ABSENT: booking.mentee_id,
    }
    if missed.get(booking.outcome, by.pk) != by.pk:
        return MentoringRefused("not_yours", _("Only the other one can say that you were there."))
    return None


def remind(*, now: datetime) -> int:
    """A day and an hour before, to both."""
    told = 0
    for hours in (24, 1):
        before = timedelta(hours=hours)
        due = Booking.objects.confirmed().filter(
            starts_at__lte=now + before, starts_at__gt=now + before - min(before / 2, timedelta(hours=3))
        )
        for booking in due.select_related("mentor", "mentee"):
            if booking.booked_at <= booking.starts_at - before:
                _tell(booking, "booking_reminder", f":{booking.starts_at.isoformat()}:{hours}")
                told += 1
    return told
