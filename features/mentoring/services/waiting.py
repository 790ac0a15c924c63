"""The line for a mentor's time: weekly hours say when somebody is free, and what comes free is kept for the first whom
it suits, for a quarter of the time that is left."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.jobs import each
from core.limits import RateLimited
from features.accounts.models import User
from features.calendar import services as calendar
from features.mentoring.models import Booking, Offer, TimeWish
from features.mentoring.services import offers
from features.mentoring.services.bookings import reserve
from features.mentoring.services.may_book import why_not_book
from features.mentoring.services.refusals import MentoringRefused
from features.notifications.services import notify

SHORTEST, LONGEST = timedelta(minutes=30), timedelta(hours=12)


def suiting(person: User, free: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Of free times those within the hours that the person keeps free each week; all, if they have named none."""
    week = list(calendar.week_of(person).values_list("weekday", "starts", "ends")) if free else []
    if not week:
        return free
    zone = ZoneInfo(offers.zone_of(person))
    return [(start, end) for start, end in free if _within(start.astimezone(zone), end.astimezone(zone), week)]


def _within(start, end, week) -> bool:
    last = end - timedelta(microseconds=1)  # what ends at midnight still belongs to the day it began
    return last.date() == start.date() and any(
        start.isoweekday() == day and starts <= start.time() and last.time() <= ends for day, starts, ends in week
    )


def wish_of(offer: Offer, person) -> TimeWish | None:
    return TimeWish.objects.filter(offer=offer, person=person, left_at=None).first() if person.pk else None


@transaction.atomic
def wait_for_time(*, offer: Offer, person: User, now: datetime | None = None) -> TimeWish:
    """Stand in line. Twice is once. Raises MentoringRefused, also where there is a time that suits."""
    now = now or timezone.now()
    if refused := why_not_book(offer, person, now):
        raise refused
    if suiting(person, offers.free_slots(offer, person, now=now)):
        raise MentoringRefused("free", _("There is a time within your free hours. Choose it."))
    made, _is_new = TimeWish.objects.get_or_create(
        offer=offer, person=person, left_at=None, defaults={"wished_at": now}
    )
    return made


def stop_waiting(*, offer: Offer, person: User, now: datetime | None = None) -> None:
    TimeWish.objects.filter(offer=offer, person=person, left_at=None).update(left_at=now or timezone.now())


def keep_freed_times(*, now: datetime | None = None) -> int:
    """Keep what has come free for those who wait, longest first. Each in a transaction of its own."""
    now = now or timezone.now()
    waiting = TimeWish.objects.filter(left_at=None).order_by("wished_at", "pk")
    return each(list(waiting.values_list("pk", flat=True)), lambda pk: _keep(pk, now))


@transaction.atomic
def _keep(pk, now) -> bool:
    rows = TimeWish.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=pk, left_at=None)
    wish = rows.select_related("offer__mentor", "person", "booking").first()
    if wish is None:
        return False
    if wish.booking:
        # Booked, or let go: either way they had their turn.
        if wish.booking.confirmed_at or wish.booking.cancelled_at:
            TimeWish.objects.filter(pk=pk).update(left_at=now)
        return False
    if why_not_book(wish.offer, wish.person, now):
        TimeWish.objects.filter(pk=pk).update(left_at=now)
        return False
    held = Booking.objects.active().filter(mentor=wish.offer.mentor_id, mentee=wish.person_id, confirmed_at=None)
    if held.filter(held_until__gt=now).exists():
        return False  # keeping another time would give this one back
    found = suiting(wish.person, offers.free_slots(wish.offer, wish.person, now=now))
    if not found:
        return False
    hold = min(max((found[0][0] - now) / 4, SHORTEST), LONGEST)
    try:
        with transaction.atomic():
            booking = reserve(offer=wish.offer, person=wish.person, starts_at=found[0][0], hold=hold, now=now)
    except (MentoringRefused, RateLimited):
        return False  # whoever is behind them in line is served all the same
    TimeWish.objects.filter(pk=pk).update(booking=booking)
    notify(wish.person, "time_freed", booking.pk, booking.get_absolute_url(), key=f"time_freed:{wish.pk}")
    return True
