"""Meetings as calendar entries: one UID for ever, a higher sequence for every change."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from core.seo import absolute
from features.calendar.ical import Entry
from features.mentoring.models import Booking, OfficeHour, OfficeSeat

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


def hours_of_person(person, now) -> list[Entry]:
    """Hours that several share, of those who come and of their mentor."""
    joined = Q(pk__in=OfficeSeat.objects.coming().filter(person=person).values("hour"))
    rows = OfficeHour.objects.filter(joined | Q(mentor=person), ends_at__gt=now - PAST)
    return [of_hour(hour, person) for hour in rows.select_related("mentor")]


def of_hour(hour, person) -> Entry:
    page = absolute(hour.get_absolute_url())
    return Entry(
        uid=f"office-hour-{hour.pk}@{settings.SITE_URL.rpartition('/')[2].partition(':')[0]}",
        sequence=2 if hour.cancelled_at else 1 if hour.decided_at else 0,
        status="CANCELLED" if hour.cancelled_at else "CONFIRMED" if hour.decided_at else "TENTATIVE",
        starts_at=hour.starts_at,
        ends_at=hour.ends_at,
        zone=hour.time_zone,
        summary=_("%(title)s with %(name)s") % {"title": hour.title, "name": hour.mentor.name},
        description=page,
        location=page,
        url=page,
        organizer_name=settings.SITE_NAME,
        organizer_email=settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].rstrip(">"),
        attendee_name=person.name,
        attendee_email=person.email,
        last_modified=hour.cancelled_at or hour.decided_at or hour.opened_at,
    )
