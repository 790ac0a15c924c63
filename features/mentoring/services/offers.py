"""What a mentor offers, when they can be booked, and what that comes to on their page."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.jobs import each
from features.accounts.models import User
from features.calendar import services as calendar
from features.mentoring import slots
from features.mentoring.models import Block, Booking, BookingRules, MentorPage, Offer, OfficeHour
from features.mentoring.services.mentors import why_not_mentor
from features.payments import services as payments


def zone_of(person) -> str:
    return person.time_zone or settings.DEFAULT_TIME_ZONE


@transaction.atomic
def save_offer(*, offer: Offer, now: datetime | None = None) -> Offer:
    """A new offer, or a known one as it is now. What was booked keeps what was promised. Raises MentoringRefused."""
    if refused := why_not_mentor(offer.mentor):
        raise refused
    if offer.kind == Offer.Kind.INTRO:
        offer.price_minor, offer.is_for_mentees = 0, False
    if offer.kind == Offer.Kind.REVIEW:
        offer.minutes = 0
    offer.save()
    payments.selling_begins(person=offer.mentor, price_minor=offer.price_minor)
    refresh_page(offer.mentor, now=now)
    return offer


@transaction.atomic
def close_offer(*, offer: Offer, now: datetime | None = None) -> None:
    """Nobody books it any more. What is booked stays."""
    now = now or timezone.now()
    Offer.objects.open().filter(pk=offer.pk).update(closed_at=now)
    refresh_page(offer.mentor, now=now)


@transaction.atomic
def reopen_offer(*, offer: Offer, now: datetime | None = None) -> None:
    """As it was before it was closed. Raises MentoringRefused."""
    if refused := why_not_mentor(offer.mentor):
        raise refused
    Offer.objects.filter(pk=offer.pk).update(closed_at=None)
    refresh_page(offer.mentor, now=now)


@transaction.atomic
def save_rules(*, rules: BookingRules, now: datetime | None = None) -> BookingRules:
    rules.save()
    refresh_page(rules.mentor, now=now)
    return rules


def rules_of(mentor) -> BookingRules:
    """Those that were said, or the defaults."""
    return BookingRules.objects.filter(pk=mentor.pk).first() or BookingRules(mentor=mentor)


def refresh_page(mentor, *, now: datetime | None = None) -> bool:
    """Count anew what a mentor's page says of price and of the next free time. False where there is no page."""
    now = now or timezone.now()
    timed = Offer.objects.open().timed()
    offers = list(timed.filter(mentor=mentor, is_for_mentees=False).order_by("minutes", "pk"))
    prices = [offer.price_minor for offer in offers if offer.kind == Offer.Kind.MEETING]
    first = free_slots(offers[0], None, now=now)[:1] if offers else []
    said = {"price_from": min(prices, default=None), "next_free_at": first[0][0] if first else None}
    return bool(MentorPage.objects.filter(person=mentor).update(**said))


def refresh_pages(*, now: datetime | None = None) -> int:
    """All of them: a next free time passes without anybody's act."""
    now = now or timezone.now()
    offering = Offer.objects.open().values("mentor")
    pages = MentorPage.objects.filter(person__in=offering).select_related("person")
    return each(pages, lambda page: refresh_page(page.person, now=now))


def plain_rules(mentor) -> slots.Rules:
    """The mentor's rules as the arithmetic takes them."""
    said, page = rules_of(mentor), MentorPage.objects.filter(person=mentor).first()
    week = tuple(calendar.week_of(mentor).values_list("weekday", "starts", "ends"))
    return slots.Rules(
        zone=zone_of(mentor),
        week=week,
        before=timedelta(minutes=said.before_minutes),
        after=timedelta(minutes=said.after_minutes),
        notice=timedelta(hours=said.notice_hours),
        horizon=timedelta(days=said.horizon_days),
        most_a_day=said.most_a_day,
        most_a_week=said.most_a_week,
        away_from=page.away_from if page else None,
        away_until=page.away_until if page else None,
        travel_from=said.travel_from,
        travel_until=said.travel_until,
        travel_zone=said.travel_zone,
    )


def free_slots(
    offer: Offer, person, *, now: datetime, length: timedelta | None = None, moving: Booking | None = None
) -> list[slots.Span]:
    """When `person` (None: a stranger) can have this offer. With `moving`, what that booking holds is free, too."""
    return free_times(offer.mentor, person, length or timedelta(minutes=offer.minutes), now, moving)


def free_times(
    mentor: User,
    person,
    length: timedelta,
    now: datetime,
    moving: Booking | None = None,
    notice: timedelta | None = None,
) -> list[slots.Span]:
    """When `person` can have so much of somebody's time by their rules, for whatever it is: never, if the two are kept
    apart. `notice` stands for what the rules say of it."""
    is_known = bool(person and person.pk)
    if is_known and Block.objects.filter(Block.between(mentor, person)).exists():
        return []
    rules = plain_rules(mentor)
    if notice is not None:
        rules = replace(rules, notice=notice)
    start, end = now - timedelta(days=8), now + rules.horizon + timedelta(days=2)
    own = (moving.starts_at, moving.ends_at) if moving else None

    def without_own(spans):
        return [span for span in spans if span != own]

    return slots.free(
        rules,
        length,
        now,
        meetings=without_own(calendar.claimed_spans(mentor, start, end)),
        busy=without_own(calendar.spans_elsewhere(mentor, start, end)),
        booked=_counted(mentor, start, moving),
        other_busy=without_own(calendar.busy_spans(person, start, end)) if is_known else (),
    )


def _counted(mentor, since, moving) -> list[datetime]:
    """Starts of all that the mentor's limits count: meetings, hours that are shared, and what others book of them."""
    meetings = Booking.objects.active().filter(mentor=mentor, starts_at__gt=since)
    if moving:
        meetings = meetings.exclude(pk=moving.pk)
    shared = OfficeHour.objects.standing().filter(mentor=mentor, starts_at__gt=since)
    found = [*meetings.values_list("starts_at", flat=True), *shared.values_list("starts_at", flat=True)]
    for starts in calendar.appointments.values():
        found += starts(mentor, since)
    return found


def is_free(spans: list[slots.Span], starts_at: datetime) -> bool:
    """Whether one of them begins then. What is asked for may be the last moment there is, so nothing is added to it."""
    return any(start == starts_at for start, _end in spans)
