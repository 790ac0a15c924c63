"""Office hours: joining and leaving, and the moment at which it is decided whether they take place and what each pays.
Whoever locks an order and an hour locks the order first."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.db import atomic_retry
from core.jobs import each
from core.limits import hit
from core.text import one_line
from features.accounts.access import Ability, bar
from features.accounts.models import User
from features.calendar import services as calendar
from features.mentoring.models import Block, MentorPage, OfficeHour, OfficeSeat
from features.mentoring.services.bookings import UNPAID
from features.mentoring.services.mentors import why_not_mentor
from features.mentoring.services.offers import zone_of
from features.mentoring.services.refusals import MentoringRefused
from features.moderation import services as moderation
from features.moderation.models import Incident
from features.notifications.services import notify
from features.payments import services as payments

HOUR, SEAT = "office_hour", "office_seat"
NOTICE = timedelta(hours=48)
FARTHEST = timedelta(days=366)
DECIDED_BEFORE = timedelta(hours=24)


@atomic_retry
def open_office_hour(*, hour: OfficeHour, minutes: int, now: datetime | None = None) -> OfficeHour:
    """Offer an hour to several. Its time is the mentor's no more. Raises MentoringRefused."""
    now = now or timezone.now()
    if refused := why_not_mentor(hour.mentor):
        raise refused
    if hour.starts_at < now + NOTICE:
        raise MentoringRefused("too_soon", _("Leave two days, so that people can find it."))
    if hour.starts_at > now + FARTHEST:
        raise MentoringRefused("too_far", _("Choose a day within a year from now."))
    hour.title, hour.opened_at, hour.time_zone = one_line(hour.title), now, zone_of(hour.mentor)
    hour.ends_at = hour.starts_at + timedelta(minutes=minutes)
    hour.decide_at = hour.starts_at - DECIDED_BEFORE
    hour.save()
    _claim(hour.mentor, hour, HOUR, hour.pk)
    payments.selling_begins(person=hour.mentor, price_minor=hour.price_minor)
    return hour


def why_not_join(hour: OfficeHour, person, now: datetime) -> MentoringRefused | None:
    mentor = hour.mentor
    shown = MentorPage.objects.shown(now).filter(person=mentor).exists() and not bar(mentor, Ability.MENTOR)
    if hour.cancelled_at or hour.decided_at or hour.decide_at <= now or not shown:
        return MentoringRefused("closed", _("Nobody can join any more. Look at what else there is."))
    if person.pk == mentor.pk:
        return MentoringRefused("own", _("This is your own hour. Others join it."))
    if Block.objects.filter(Block.between(mentor, person)).exists():
        return MentoringRefused("closed", _("Nobody can join any more. Look at what else there is."))
    if not person.emailaddress_set.filter(verified=True).exists():
        return MentoringRefused("email_not_verified", _("Confirm your e-mail address first."))
    if barred := bar(person, Ability.REGISTER):
        return MentoringRefused("barred", barred.words, barred.url)
    if hour.price_minor and not payments.is_set_up():
        words = _("This has a price, and payments are not set up on this site. Nothing can be booked.")
        return MentoringRefused("payments_not_set_up", words)
    taken = OfficeSeat.objects.taken().filter(hour=hour)
    if taken.filter(person=person).exists():
        return MentoringRefused("joined", _("You have a place already."))
    if taken.filter(person__in=moderation.kept_apart_from(person)).exists():
        return MentoringRefused("closed", _("Nobody can join any more. Look at what else there is."))
    if taken.count() >= hour.most:
        return MentoringRefused("full", _("All places are taken. Look at what else there is."))
    return None


@atomic_retry
def join_hour(*, hour: OfficeHour, person: User, now: datetime | None = None) -> OfficeSeat:
    """Take a place, for the price that holds if no more come than it needs. Raises MentoringRefused and RateLimited."""
    now = now or timezone.now()
    moderation.hold_pair(hour.mentor_id, person.pk)
    hour = _locked(hour.pk)
    if refused := why_not_join(hour, person, now):
        raise refused
    hit("booking", person.pk)
    seat = OfficeSeat.objects.create(
        hour=hour, person=person, price_minor=hour.share(hour.least), held_until=min(now + UNPAID, hour.decide_at)
    )
    _claim(person, hour, SEAT, seat.pk)
    line = payments.Line(
        kind=SEAT, ref=str(seat.pk), title=hour.title, unit_minor=seat.price_minor, currency=hour.currency,
        seller_id=hour.mentor_id,
    )  # fmt: skip
    payments.open_order(buyer=person, lines=[line], hold_until=seat.held_until, now=now)
    seat.refresh_from_db()
    return seat


@atomic_retry
def leave_hour(*, seat: OfficeSeat, now: datetime | None = None) -> None:
    """For all of the price until it is decided; afterwards the others count on it. Raises MentoringRefused."""
    now = now or timezone.now()
    order = payments.order_of(SEAT, seat.pk)
    if order and not seat.joined_at:
        payments.release(order=order, now=now)
        return
    end_seat(seat, now, source="buyer", by=seat.person, must_be_open=True)


@transaction.atomic
def cancel_hour(*, hour: OfficeHour, reason: str, now: datetime | None = None) -> None:
    """Its mentor calls it off, until it starts: everybody gets everything back. Late, once it was decided, it stands on
    the mentor's record. Raises MentoringRefused."""
    now = now or timezone.now()
    if hour.starts_at <= now:
        raise MentoringRefused("started", _("It has begun."))
    if _call_off(hour, reason, now) and hour.decided_at and moderation.is_late(hour.starts_at, hour.decided_at, now):
        moderation.note_incident(
            person=hour.mentor, kind=Incident.Kind.LATE_CANCEL, source=f"{HOUR}:{hour.pk}", happened_at=now,
            ability=Ability.MENTOR, now=now,
        )  # fmt: skip


def decide_hours(*, now: datetime | None = None) -> int:
    """With enough people it takes place and each gets back what their share is less; with fewer it is called off."""
    now = now or timezone.now()
    due = OfficeHour.objects.standing().filter(decided_at=None, decide_at__lte=now).order_by("decide_at", "pk")
    return each(list(due), lambda hour: _decide(hour, now))


@transaction.atomic
def _decide(hour, now) -> bool:
    for seat in hour.seats.taken().filter(joined_at=None):  # not paid by now
        if order := payments.order_of(SEAT, seat.pk):
            payments.release(order=order, now=now)
    seats = _lock_orders(hour)
    hour = _locked(hour.pk)
    if hour.decided_at or hour.cancelled_at:
        return False
    if len(seats) < hour.least:
        _call_off(hour, _("Too few people joined."), now)
        return True
    if not User.objects.active(now).filter(pk=hour.mentor_id).exists():
        _call_off(hour, _("Its mentor cannot be here."), now)
        return True
    hour.decided_at = now
    hour.save(update_fields=["decided_at"])
    share = hour.share(len(seats))
    for seat in seats:
        if seat.price_minor > share:  # of what they paid for it, with a coupon or without
            less = payments.paid_for(SEAT, [seat.pk]) * (seat.price_minor - share) // seat.price_minor
            payments.refund_thing(SEAT, seat.pk, source="shared", amount_minor=less, now=now)
    _tell_all(hour, seats, "office_hour_on")
    return True


def _call_off(hour, reason, now) -> bool:
    seats = _lock_orders(hour)
    hour = _locked(hour.pk)
    if hour.cancelled_at:
        return False
    hour.cancelled_at, hour.reason = now, one_line(reason)[:300]
    hour.save(update_fields=["cancelled_at", "reason"])
    calendar.release(HOUR, str(hour.pk))
    for seat in hour.seats.taken().filter(joined_at=None):
        if order := payments.order_of(SEAT, seat.pk):
            payments.release(order=order, now=now)
    for seat in seats:
        calendar.release(SEAT, str(seat.pk))
        payments.refund_thing(SEAT, seat.pk, source="host_cancelled", now=now)
    _tell_all(hour, seats, "office_hour_off")
    return True


class OfficeSeatFulfilment(payments.Fulfilment):
    """What payments asks of a place in an hour that is shared."""

    at_the_end = gettext_lazy("After that others can have the place.")

    def confirm(self, ref, now):
        held = OfficeSeat.objects.filter(pk=ref, joined_at=None)
        if not held.taken().update(joined_at=now, held_until=None) and held.exists():
            raise payments.GoneMeanwhile

    def release(self, ref, now):
        if OfficeSeat.objects.taken().filter(pk=ref, joined_at=None).update(left_at=now):
            calendar.release(SEAT, str(ref))

    def extend(self, ref, until):
        OfficeSeat.objects.taken().filter(pk=ref, joined_at=None).update(held_until=until)

    def reseat(self, ref, now):
        """Money that came late: the place is theirs if there is one, before it is decided."""
        seat = OfficeSeat.objects.select_related("person").get(pk=ref)
        hour = _locked(seat.hour_id)
        if not moderation.may_hold_pair(hour.mentor_id, seat.person_id):
            return False
        if seat.left_at is None or why_not_join(hour, seat.person, now):
            return False
        try:
            with transaction.atomic():
                _claim(seat.person, hour, SEAT, seat.pk)
        except MentoringRefused:
            return False
        OfficeSeat.objects.filter(pk=ref).update(left_at=None)
        self.confirm(ref, now)
        return True

    def charged_back(self, ref, now):
        ahead = OfficeSeat.objects.taken().filter(pk=ref, hour__starts_at__gt=now)
        if ahead.update(left_at=now):
            calendar.release(SEAT, str(ref))

    def delivered_at(self, ref):
        seat = OfficeSeat.objects.select_related("hour").get(pk=ref)
        return None if seat.left_at or seat.hour.cancelled_at else seat.hour.ends_at

    def was_missed(self, ref):
        return OfficeSeat.objects.filter(pk=ref, hour__outcome=OfficeHour.Outcome.MENTOR_ABSENT).exists()

    def page(self, ref):
        seat = OfficeSeat.objects.select_related("hour__mentor").filter(pk=ref).first()
        return seat.hour.get_absolute_url() if seat else ""


# --- What they share --------------------------------------------------------------------------------------------------
def end_seat(seat, now, *, source, by, must_be_open=False) -> None:
    if order := payments.order_of(SEAT, seat.pk):
        payments.lock_order(order.pk)
    hour = _locked(seat.hour_id)
    if must_be_open and (hour.decided_at or hour.cancelled_at):
        raise MentoringRefused(
            "decided", _("It is decided, and the others count on it. On its page you can say that you do not come.")
        )
    if OfficeSeat.objects.taken().filter(pk=seat.pk).update(left_at=now):
        calendar.release(SEAT, str(seat.pk))
        payments.refund_thing(SEAT, seat.pk, source=source, by=by, now=now)


def _lock_orders(hour) -> list[OfficeSeat]:
    seats = list(hour.seats.paid().select_related("person").order_by("pk"))
    for seat in seats:
        if order := payments.order_of(SEAT, seat.pk):
            payments.lock_order(order.pk)
    return [seat for seat in seats if OfficeSeat.objects.paid().filter(pk=seat.pk).exists()]


def _locked(pk) -> OfficeHour:
    return OfficeHour.objects.select_for_update(of=("self",)).select_related("mentor", "skill").get(pk=pk)


def _claim(person, hour, kind, pk) -> None:
    try:
        calendar.claim(person, hour.starts_at, hour.ends_at, kind, str(pk))
    except calendar.TimeTaken as taken:
        raise MentoringRefused("taken", _("You have something else at this time.")) from taken


def _tell_all(hour, seats, kind) -> None:
    for person in (hour.mentor, *(seat.person for seat in seats)):
        notify(person, kind, hour.pk, hour.get_absolute_url(), key=f"{kind}:{hour.pk}:{person.pk}")
