"""The verbs of a profile."""

from features.profiles.services.documents import publish_person
from features.profiles.services.editing import (
    EntryRefused,
    move_entry,
    remove_entry,
    save_entry,
    save_profile,
    save_project,
    set_visibility,
    take_over_skill,
)
from features.profiles.services.importing import discard, hand_in, rows, take_over
from features.profiles.services.links import check_link, look_again, recheck_links, save_link
from features.profiles.services.portraits import Portrait, portrait
from features.profiles.services.wishes import tell_wishes

__all__ = [
    "EntryRefused",
    "Portrait",
    "check_link",
    "discard",
    "hand_in",
    "look_again",
    "move_entry",
    "portrait",
    "publish_person",
    "recheck_links",
    "remove_entry",
    "rows",
    "save_entry",
    "save_link",
    "save_profile",
    "save_project",
    "set_visibility",
    "take_over",
    "take_over_skill",
    "tell_wishes",
]
