"""Who may see and do what here. What somebody may not see does not exist for them."""

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from features.accounts.models import User
from features.mentoring.models import (
    Booking,
    Engagement,
    MentorPage,
    MentorshipRequest,
    Offer,
    OfficeHour,
    OfficeSeat,
    PooledRequest,
    Testimonial,
    WrittenReview,
)
from features.mentoring.services import pool_for


def shown_offer(handle, pk) -> Offer:
    """What everybody may look at: an open offer of time, of somebody who mentors."""
    return get_object_or_404(_shown_offers().timed(), pk=pk, mentor__handle=handle)


def shown_written_offer(handle, pk) -> Offer:
    return get_object_or_404(_shown_offers().written(), pk=pk, mentor__handle=handle)


def _shown_offers():
    offers = Offer.objects.open().filter(mentor__in=MentorPage.objects.shown().values("person"))
    return offers.select_related("mentor")


def own_offer(person, pk, *, is_closed=False) -> Offer:
    offers = Offer.objects.exclude(closed_at=None) if is_closed else Offer.objects.open()
    return get_object_or_404(offers.select_related("mentor"), pk=pk, mentor=person)


def own_booking(person, public_id) -> Booking:
    """A meeting of the person's. What is only held is its mentee's alone."""
    bookings = Booking.objects.of(person).select_related("mentor", "mentee", "offer", "cancelled_by")
    booking = get_object_or_404(bookings, public_id=public_id)
    if booking.confirmed_at is None and person.pk != booking.mentee_id:
        raise Http404
    return booking


def booking_by_token(token) -> tuple[Booking, User]:
    """The personal way into the room: its address is the key."""
    bookings = Booking.objects.filter(confirmed_at__isnull=False).select_related("mentor", "mentee")
    for side in ("mentor", "mentee"):
        booking = bookings.filter(**{f"{side}_token": token, f"{side}__is_active": True}).first()
        if booking:
            return booking, getattr(booking, side)
    raise Http404


def shown_mentor(handle) -> User:
    """Whose page as a mentor everybody sees."""
    return get_object_or_404(User, handle=handle, pk__in=MentorPage.objects.shown().values("person"))


def own_request(person, public_id) -> MentorshipRequest:
    rows = MentorshipRequest.objects.filter(Q(mentee=person) | Q(mentor=person))
    return get_object_or_404(rows.select_related("mentor", "mentee", "colleague"), public_id=public_id)


def own_engagement(person, public_id) -> Engagement:
    rows = Engagement.objects.of(person).select_related("mentor", "mentee", "request")
    return get_object_or_404(rows, public_id=public_id)


def engagement_as_mentor(person, public_id) -> Engagement:
    return get_object_or_404(Engagement.objects.select_related("mentor", "mentee"), public_id=public_id, mentor=person)


def open_offer(pk) -> Offer:
    return get_object_or_404(_shown_offers(), pk=pk)


def own_written_review(person, public_id) -> WrittenReview:
    return get_object_or_404(own_written(person), public_id=public_id)


def own_written(person):
    return WrittenReview.objects.of(person).select_related("mentor", "mentee", "offer__mentor")


def booking_made(person, public_id) -> Booking:
    """A meeting that the person has booked, or keeps."""
    return get_object_or_404(Booking.objects.select_related("mentor", "mentee"), public_id=public_id, mentee=person)


def request_made(person, public_id) -> MentorshipRequest:
    return get_object_or_404(
        MentorshipRequest.objects.select_related("mentor", "mentee"), public_id=public_id, mentee=person
    )


def written_review_made(person, public_id) -> WrittenReview:
    return get_object_or_404(own_written(person).filter(mentee=person), public_id=public_id)


def written_review_received(person, public_id) -> WrittenReview:
    return get_object_or_404(own_written(person).filter(mentor=person), public_id=public_id)


def pooled_request(person, public_id, now) -> PooledRequest:
    """One's own, and what one may read as a mentor."""
    rows = PooledRequest.objects.select_related("mentee", "request__mentor")
    found = rows.filter(public_id=public_id).first()
    if found is None or (found.mentee_id != person.pk and not pool_for(person, now).filter(pk=found.pk).exists()):
        raise Http404
    return found


def pooled_request_made(person, public_id) -> PooledRequest:
    return get_object_or_404(PooledRequest.objects.select_related("mentee"), public_id=public_id, mentee=person)


def shown_hour(viewer, handle, pk) -> OfficeHour:
    """What everybody may look at; one whose mentor is gone, its people still."""
    hours = OfficeHour.objects.select_related("mentor", "skill")
    found = get_object_or_404(hours, pk=pk, mentor__handle=handle)
    if MentorPage.objects.shown().filter(person=found.mentor_id).exists():
        return found
    if viewer.pk == found.mentor_id:
        return found
    if viewer.is_authenticated and found.seats.taken().filter(person=viewer).exists():
        return found
    raise Http404


def own_office_seat(person, hour) -> OfficeSeat:
    return get_object_or_404(hour.seats.taken().select_related("person"), person=person)


def testimonial_of(person, pk) -> Testimonial:
    """Who wrote it; and whom it is about, once they may read it."""
    rows = Testimonial.objects.readable_by(person, timezone.now())
    return get_object_or_404(rows.select_related("engagement"), pk=pk)
