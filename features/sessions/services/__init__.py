"""The verbs of this feature. Pages, API, admin and jobs call these; there is no second rule set.

Whatever changes the seats of a session locks the session's row first, so that two verbs can never wait for each other.
"""

from features.sessions.services.attendance import (
    ROOM_OPENS,
    AttendanceRefused,
    check_in,
    check_in_is_open,
    corrections_end,
    record_join,
    room_is_open,
    seats_of,
    settle_attendance,
    settle_due,
    undo_check_in,
)
from features.sessions.services.hosting import (
    HostingRefused,
    cancel_session,
    duplicate,
    erase_removed,
    forget_form,
    keep_form,
    may_host,
    publish,
    remove_draft,
    restore_draft,
    save_draft,
    save_edit,
    take_over_skill,
)
from features.sessions.services.seats import (
    RegistrationRefused,
    cancel_registration,
    recount_seats,
    register,
    release_expired_holds,
)
from features.sessions.services.waitlist import (
    decline_offer,
    expire_offers,
    join_waitlist,
    leave_waitlist,
    tell_everybody,
)

__all__ = [
    "ROOM_OPENS",
    "AttendanceRefused",
    "HostingRefused",
    "RegistrationRefused",
    "cancel_registration",
    "cancel_session",
    "check_in",
    "check_in_is_open",
    "corrections_end",
    "decline_offer",
    "duplicate",
    "erase_removed",
    "expire_offers",
    "forget_form",
    "join_waitlist",
    "keep_form",
    "leave_waitlist",
    "may_host",
    "publish",
    "record_join",
    "recount_seats",
    "register",
    "release_expired_holds",
    "remove_draft",
    "restore_draft",
    "room_is_open",
    "save_draft",
    "save_edit",
    "seats_of",
    "settle_attendance",
    "settle_due",
    "take_over_skill",
    "tell_everybody",
    "undo_check_in",
]
