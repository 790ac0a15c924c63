from features.mentoring.models.bookings import GRACE, LATE, ROOM_OPENS, Booking, BookingQuerySet
from features.mentoring.models.mentors import MentorPage, MentorPageQuerySet
from features.mentoring.models.offers import BookingRules, Offer, OfferQuerySet

__all__ = [
    "GRACE",
    "LATE",
    "ROOM_OPENS",
    "Booking",
    "BookingQuerySet",
    "BookingRules",
    "MentorPage",
    "MentorPageQuerySet",
    "Offer",
    "OfferQuerySet",
]
