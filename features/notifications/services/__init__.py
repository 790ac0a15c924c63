"""The verbs of this feature, and the way in which others may write to a person."""

from features.notifications.services.addresses import (
    is_proved,
    lift_suppression,
    may_write_to,
    record_refusal,
    suppress,
    suppression,
)
from features.notifications.services.asked import asked_for, reachable
from features.notifications.services.digests import forget_old, open_digests, send_digest
from features.notifications.services.following import (
    Followed,
    follow,
    followables,
    follows,
    named,
    take_over,
    tell_followers,
    unfollow,
    wanted_by,
)
from features.notifications.services.mailings import Told, listening, tell_many, tell_next, tell_the_rest, told
from features.notifications.services.preferences import (
    choose,
    choose_rhythm,
    gets_letters,
    in_inbox,
    levels,
    rhythm,
    stop_letters,
)
from features.notifications.services.telling import deliver, in_words, mark_read, mark_unread, notify, unread_count

__all__ = [
    "Followed",
    "Told",
    "asked_for",
    "choose",
    "choose_rhythm",
    "deliver",
    "follow",
    "followables",
    "follows",
    "forget_old",
    "gets_letters",
    "in_inbox",
    "in_words",
    "is_proved",
    "levels",
    "lift_suppression",
    "listening",
    "mark_read",
    "mark_unread",
    "may_write_to",
    "named",
    "notify",
    "open_digests",
    "reachable",
    "record_refusal",
    "rhythm",
    "send_digest",
    "stop_letters",
    "suppress",
    "suppression",
    "take_over",
    "tell_followers",
    "tell_many",
    "tell_next",
    "tell_the_rest",
    "told",
    "unfollow",
    "unread_count",
    "wanted_by",
]
