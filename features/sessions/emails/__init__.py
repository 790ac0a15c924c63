"""Letters about sessions. Each is built when it is sent, from rows as they are then; None means: no longer true."""

from features.notifications.kinds import Kind, kinds
from features.sessions import notices
from features.sessions.emails import seats, waitlist
from features.sessions.emails.parts import TEMPLATE, calendar_entry, clock, when_and_where

__all__ = ["TEMPLATE", "calendar_entry", "clock", "register_kinds", "when_and_where"]


GROUPS = {
    notices.SEATS: (
        seats.registered,
        seats.registration_cancelled,
        seats.session_changed,
        seats.session_moved,
        seats.session_cancelled,
    ),
    notices.WAITLIST: (
        waitlist.seat_offered,
        waitlist.seat_open,
        waitlist.offer_expired,
        waitlist.waitlist_session_changed,
        waitlist.waitlist_session_cancelled,
    ),
    notices.REMINDERS: (seats.session_reminder,),
    notices.FOLLOW_UP: (seats.session_follow_up,),
    notices.WAITLIST_JOINED: (waitlist.waitlist_joined,),
}


def register_kinds():
    for group, letters in GROUPS.items():
        for letter in letters:
            name = letter.__name__  # the inbox has a sentence of the same name
            kinds.register(name, Kind(letter=letter, sentences=getattr(notices, name), group=group))
