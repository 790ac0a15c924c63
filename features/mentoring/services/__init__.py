"""Mentoring: what mentors say of themselves, who is suggested to whom, and what the two of them agree on."""

from features.mentoring.services.bookings import (
    BookingFulfilment,
    book,
    cancel_booking,
    give_back,
    move_booking,
    record_join,
    release_expired_holds,
    remind,
    reserve,
    why_not_book,
    why_not_move,
)
from features.mentoring.services.mentors import MentoringRefused, save_mentor_page, take_over_topics
from features.mentoring.services.offers import (
    close_offer,
    free_slots,
    refresh_page,
    refresh_pages,
    rules_of,
    save_offer,
    save_rules,
)

__all__ = [
    "BookingFulfilment",
    "MentoringRefused",
    "book",
    "cancel_booking",
    "close_offer",
    "free_slots",
    "give_back",
    "move_booking",
    "record_join",
    "refresh_page",
    "refresh_pages",
    "release_expired_holds",
    "remind",
    "reserve",
    "rules_of",
    "save_mentor_page",
    "save_offer",
    "save_rules",
    "take_over_topics",
    "why_not_book",
    "why_not_move",
]
