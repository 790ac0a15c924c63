"""What the pages show, gathered from rows: plain data in, a context out."""

from features.forum.pages.asked_about import about_of, begun, session_panel
from features.forum.pages.drawn import draw_thread
from features.forum.pages.recorded import chapters
from features.forum.pages.said import Said, acts_on, one
from features.forum.pages.thread import (
    REPLIES,
    changed,
    comments_page,
    frame_of,
    moved_to,
    opening_of,
    place_of,
    split_off,
    thread_page,
)

__all__ = [
    "REPLIES",
    "Said",
    "about_of",
    "acts_on",
    "begun",
    "changed",
    "chapters",
    "comments_page",
    "draw_thread",
    "frame_of",
    "moved_to",
    "one",
    "opening_of",
    "place_of",
    "session_panel",
    "split_off",
    "thread_page",
]
