"""Meetings as calendar entries: one UID for ever, a higher sequence for every change."""

from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from core.seo import absolute
from features.calendar.ical import Entry
from features.mentoring.models import Booking

PAST = timedelta(days=90)


def of_booking(booking, person) -> Entry:
    other = booking.other(person)
    return Entry(
        uid=f"{booking.public_id}@{settings.SITE_URL.rpartition('/')[2].partition(':')[0]}",
        sequence=booking.ical_sequence,
        status="CANCELLED" if booking.cancelled_at else "CONFIRMED",
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        zone=booking.time_zone,
        summary=_("%(title)s with %(name)s") % {"title": booking.title, "name": other.name},
        description=absolute(booking.get_absolute_url()),
        location=absolute(reverse("meet", args=[booking.token_of(person)])),
        url=absolute(booking.get_absolute_url()),
        organizer_name=settings.SITE_NAME,
        organizer_email=settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].rstrip(">"),
        attendee_name=person.name,
        attendee_email=person.email,
        last_modified=booking.changed_at,
    )


def of_person(person, now) -> list[Entry]:
    """All meetings of a person, from 90 days ago on; what was called off says so."""
    meetings = Booking.objects.of(person).filter(confirmed_at__isnull=False, ends_at__gt=now - PAST)
    return [of_booking(booking, person) for booking in meetings.select_related("mentor", "mentee")]
