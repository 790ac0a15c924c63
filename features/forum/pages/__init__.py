"""What the pages show, gathered from rows: plain data in, a context out."""

from features.forum.pages.said import Said, acts_on, in_words, one
from features.forum.pages.thread import comments_page, frame_of, moved_to, opening_of, place_of, split_off, thread_page

__all__ = [
    "Said",
    "acts_on",
    "comments_page",
    "frame_of",
    "in_words",
    "moved_to",
    "one",
    "opening_of",
    "place_of",
    "split_off",
    "thread_page",
]
