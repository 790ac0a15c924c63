"""What the pages of bookings show."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.pagination import keyset
from core.templatetags.ui import price
from features.mentoring import services
from features.mentoring.hour_pages import coming_hours, joined_hours
from features.mentoring.models import ROOM_OPENS, Booking, Engagement, Offer
from features.mentoring.services.offers import plain_rules
from features.mentoring.slots import by_day
from features.payments import services as payments


def _days(found) -> list:
    return [
        (day, [(int(start.timestamp()), start, end) for start, end in times])
        for day, times in by_day(found, timezone.get_current_timezone_name())
    ]


DAYS_SHOWN = 7


def slots_page(offer, viewer, now, is_all=False) -> dict:
    refusal = services.why_not_book(offer, viewer, now) if viewer.is_authenticated else None
    free = [] if refusal else services.free_slots(offer, viewer, now=now)
    rules, here = plain_rules(offer.mentor), timezone.get_current_timezone_name()
    days = [(day, [(*time, rules.zone_at(time[1])) for time in times]) for day, times in _days(free)]
    may_wait = viewer.is_authenticated and refusal is None
    return {
        "waits": services.wish_of(offer, viewer) if may_wait else None,
        "may_wait": may_wait and not services.suiting(viewer, free),
        "offer": offer,
        "here": reverse("mentor_slots", args=[offer.mentor.handle, offer.pk]),
        "mentor": offer.mentor,
        "is_elsewhere": any(zone != here for _day, times in days for *_time, zone in times),
        "refusal": refusal,
        "days": days if is_all else days[:DAYS_SHOWN],
        "has_more": not is_all and len(days) > DAYS_SHOWN,
    }


def bookings_page(request, now) -> dict:
    """What is to come, the next first; what is over, the newest first."""
    mine = Booking.objects.of(request.user).filter(confirmed_at__isnull=False).select_related("mentor", "mentee")
    past = keyset(mine.filter(ends_at__lte=now), request, order=("-starts_at", "-id"), size=20)
    coming = mine.filter(ends_at__gt=now, cancelled_at=None).order_by("starts_at", "pk")
    held = Booking.objects.active().filter(mentee=request.user, confirmed_at=None, held_until__gt=now)
    return {
        "coming": [(booking, booking.other(request.user)) for booking in coming],
        "held": held.select_related("mentor", "mentee"),
        "hours": joined_hours(request.user, now),
        "past": [(booking, booking.other(request.user)) for booking in past.items],
        "page": past,
    }


def booking_page(booking, person, now) -> dict:
    return {
        "booking": booking,
        "other": booking.other(person),
        "is_mentor": person.pk == booking.mentor_id,
        "is_held": booking.confirmed_at is None,
        "hold_is_over": booking.confirmed_at is None and (booking.held_until <= now or booking.cancelled_at),
        **_hold(booking, now),
        "price": price(booking.price_minor, booking.currency),
        "order": payments.order_of("booking", booking.pk) if booking.price_minor else None,
        "paid_back": services.refund_quote(booking, person, now) if booking.price_minor else None,
        "credit_comes_back": services.credit_comes_back(booking, person, now) if booking.price_minor else None,
        "counts": services.counts_as_late(booking, person, now),
        "agenda_template": agenda_template(),
        "has_started": booking.starts_at <= now,
        "is_over": booking.ends_at <= now,
        "room_is_open": booking.room_is_open(now),
        "token": booking.token_of(person),
        "move_refusal": services.why_not_move(booking, now),
        "missed": _missed(booking, person, now),
        "waits_for_other": booking.outcome in Booking.TAKES_BOTH and booking.says_met_at(person),
        "may_say_met": services.why_not_say_we_met(booking, person, now) is None,
        **_together(booking),
    }


def _together(booking) -> dict:
    """Where these two work together, and what is still on either's list there."""
    found = Engagement.objects.active().filter(mentor=booking.mentor_id, mentee=booking.mentee_id).first()
    if found is None:
        return {}
    to_do = found.actions.filter(done_at=None).select_related("owner").order_by("added_at", "pk")
    return {"engagement": found, "to_do": list(to_do[:20])}


def _missed(booking, person, now) -> dict | None:
    """For whoever waited in vain for their mentor."""
    if booking.outcome != Booking.Outcome.MENTOR_ABSENT or person.pk != booking.mentee_id:
        return None
    return {"refunded_on": services.refunded_on(booking), "others": services.others_instead(booking, now)}


def agenda_template() -> str:
    lines = (
        _("1. What happened since last time"),
        _("2. The one thing to get further with today"),
        _("3. Who does what until when"),
    )
    return "\n".join(lines)


def _hold(booking, now) -> dict:
    left = max(0, int((booking.held_until - now).total_seconds())) if booking.held_until else 0
    return {"seconds_left": left}


def move_page(booking, person, now) -> dict:
    context = booking_page(booking, person, now)
    if context["move_refusal"]:
        return context | {"days": []}
    found = services.free_slots(booking.offer, booking.mentee, now=now, length=booking.length, moving=booking)
    return context | {"days": _days(span for span in found if span[0] != booking.starts_at)}


def meet_page(booking, person, now) -> dict:
    context = booking_page(booking, person, now)
    came, other_came = booking.came_at(person), booking.came_at(context["other"])
    room_url = services.rules_of(booking.mentor).room_url if came else ""
    opens_in, is_open = booking.starts_at - ROOM_OPENS - now, context["room_is_open"]
    is_awaited = came and not (room_url and other_came)
    return context | {
        "person": person,
        "now": now,
        "came_at": came,
        "other_came_at": other_came,
        "room_url": room_url,
        "room_opens_at": booking.starts_at - ROOM_OPENS,
        "opens_in": int(opens_in.total_seconds()) if timedelta() < opens_in < timedelta(days=1) else 0,
        "looks_again": not booking.cancelled_at and (is_awaited if is_open else not context["is_over"]),
        "absent_from": booking.starts_at + timedelta(minutes=10),
    }


def offers_panel(page, viewer, now) -> dict | None:
    """On a mentor's page: what can be had, and when next."""
    offers = list(Offer.objects.open().filter(mentor=page.person_id).order_by("minutes", "pk"))
    for offer in offers:
        offer.mentor = page.person
    packages = payments.packages_of(page.person, "mentoring")
    hours = coming_hours(page.person, now)
    if not offers and not packages and not hours:
        return None
    return {
        "timed": [offer for offer in offers if offer.kind != Offer.Kind.REVIEW],
        "written": [offer for offer in offers if offer.kind == Offer.Kind.REVIEW],
        "packages": packages,
        "hours": hours,
        "mentor": page.person,
        "next_free_at": page.next_free_at,
    }
