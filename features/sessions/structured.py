"""A session as search engines read it (schema.org)."""

from django.utils import timezone

from core.seo import absolute
from core.templatetags.ui import plain_price
from features.sessions.models import Format, SkillSession
from features.sessions.services.reviews import Rating


def event(session: SkillSession, rating: Rating | None = None) -> dict:
    """schema.org/Event, from the same row as the page."""
    status = "EventScheduled"
    if session.is_cancelled:
        status = "EventCancelled"
    elif session.previous_starts_at:
        status = "EventRescheduled"
    people = [
        {"@type": "Person", "name": person.name, "url": absolute(person.get_absolute_url())} for person in session.hosts
    ]
    data = {
        "@type": "EducationEvent",
        "name": session.title,
        "description": session.outcome,
        "url": absolute(session.get_absolute_url()),
        "startDate": timezone.localtime(session.starts_at, session.zone).isoformat(),
        "endDate": timezone.localtime(session.ends_at, session.zone).isoformat(),
        "eventStatus": f"https://schema.org/{status}",
        "inLanguage": session.language,
        "organizer": people if len(people) > 1 else people[0],
        "performer": [{"@type": "Person", "name": person.name} for person in session.hosts],
        "maximumAttendeeCapacity": session.capacity,
        "remainingAttendeeCapacity": session.seats_on_sale,
        "isAccessibleForFree": not session.price_minor,
        "offers": _offer(session, session.price_minor, session.seats_left),
    }
    if session.has_kinds:
        data["offers"] = [
            _offer(session, ticket.price_minor, ticket.places_left(session)) | {"name": ticket.name}
            for ticket in session.tickets.all()
            if ticket.is_open
        ]
    if rating and rating.average:
        value = round(rating.average, 2)
        data["aggregateRating"] = {"@type": "AggregateRating", "ratingValue": value, "reviewCount": rating.count}
    if session.previous_starts_at:
        data["previousStartDate"] = timezone.localtime(session.previous_starts_at, session.zone).isoformat()
    online = {"@type": "VirtualLocation", "url": absolute(session.get_absolute_url())}
    place = {"@type": "Place", "name": session.address, "address": session.address}
    if session.is_hybrid:
        data["eventAttendanceMode"] = "https://schema.org/MixedEventAttendanceMode"
        data["location"] = [online, place]
    elif session.format == Format.ONLINE:
        data["eventAttendanceMode"] = "https://schema.org/OnlineEventAttendanceMode"
        data["location"] = online
    else:
        data["eventAttendanceMode"] = "https://schema.org/OfflineEventAttendanceMode"
        data["location"] = place
    return data


def _offer(session, price_minor, left) -> dict:
    return {
        "@type": "Offer",
        "price": plain_price(price_minor, session.currency),
        "priceCurrency": session.currency,
        "availability": f"https://schema.org/{'InStock' if left > 0 else 'SoldOut'}",
        "url": absolute(session.get_absolute_url()),
    }
