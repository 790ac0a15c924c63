"""What the pages of office hours show."""

from features.mentoring import services
from features.mentoring.models import ROOM_OPENS, OfficeHour
from features.payments import services as payments


def hour_page(hour, viewer, now) -> dict:
    seats = list(hour.seats.taken().select_related("person").order_by("pk"))
    joined = [seat for seat in seats if seat.joined_at and not seat.away_at]
    mine = next((seat for seat in seats if seat.person_id == viewer.pk), None)
    is_own = viewer.pk == hour.mentor_id
    is_in = is_own or mine in joined
    has_come = bool(hour.mentor_came_at if is_own else mine and mine.came_at)
    room_is_open = is_in and hour.room_is_open(now)
    may_put_right = is_in and services.may_put_right(hour, now)
    refusal = services.why_not_join(hour, viewer, now) if viewer.is_authenticated and not is_own and not mine else None
    return {
        "hour": hour,
        "here": hour.get_absolute_url(),
        "mine": mine,
        "order": payments.order_of("office_seat", mine.pk) if mine and not mine.joined_at else None,
        "is_own": is_own,
        "people": joined if is_in else [],
        "count": len(joined),
        "places": max(hour.most - len(seats), 0),
        "shares": [(n, hour.share(n)) for n in range(hour.least, hour.most + 1)],
        "share_now": hour.share(max(len(joined), hour.least)),
        "is_open": not hour.cancelled_at and not hour.decided_at and hour.decide_at > now,
        "has_begun": hour.starts_at <= now,
        "is_over": hour.ends_at <= now,
        "is_on": is_in and bool(hour.decided_at) and not hour.cancelled_at,
        "room_is_open": room_is_open,
        "room_opens_at": hour.starts_at - ROOM_OPENS,
        "has_come": has_come,
        "room": services.rules_of(hour.mentor).room_url if has_come and room_is_open else "",
        "may_put_right": may_put_right,
        "may_say_held": may_put_right and not is_own and hour.outcome in hour.MISSED and not mine.met_said_at,
        "refunded_on": services.refunded_on(hour),
        "refusal": refusal,
    }


def coming_hours(person, now) -> list[OfficeHour]:
    """Those that a mentor offers."""
    rows = OfficeHour.objects.standing().filter(mentor=person, starts_at__gt=now).select_related("mentor", "skill")
    return list(rows.order_by("starts_at", "pk")[:10])


def joined_hours(person, now) -> list[OfficeHour]:
    """Those that a person shares, and that a mentor gives: what is to come."""
    seats = OfficeHour.objects.standing().filter(seats__person=person, seats__left_at=None, seats__away_at=None)
    own = OfficeHour.objects.standing().filter(mentor=person)
    rows = (seats | own).filter(ends_at__gt=now).select_related("mentor").distinct()
    return list(rows.order_by("starts_at", "pk")[:20])
