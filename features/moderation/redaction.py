"""What the public log leaves out of a moderator's words: whatever leads to a person."""

import re

from django.utils.translation import gettext as _

ADDRESS = re.compile(r"[^\s@<>()]+@[^\s@<>()]+\.\w+")
LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
HANDLE = re.compile(r"(?<!\w)@[\w-]{2,}")
NUMBER = re.compile(r"(?<!\w)\+?\d[\d\s()/.-]{5,}\d")


def redacted(words: str, names=()) -> str:
    """`words` without addresses, links, handles, telephone numbers, and the `names` of whom they are about."""
    hidden = _("[left out]")
    for pattern in (ADDRESS, LINK, HANDLE, NUMBER):
        words = pattern.sub(hidden, words)
    for name in names:
        for part in [name, *name.split()]:  # the whole of it first
            if len(part) > 1:
                words = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", hidden, words, flags=re.IGNORECASE)
    return words
