"""Handles: the word in a person's address. Made from the name, kept unique by the database."""

import re
import secrets
from collections.abc import Iterator

from django.utils.text import slugify

from core.keys import marks

LONGEST = 30
# Nobody should be able to speak in the name of the house.
RESERVED = frozenset(
    [
        "admin",
        "administrator",
        "help",
        "masteryhub",
        "mentor",
        "moderation",
        "moderator",
        "official",
        "organiser",
        "organizer",
        "owner",
        "ranking",
        "root",
        "security",
        "settings",
        "staff",
        "suggestions",
        "support",
        "system",
        "team",
        "webmaster",
    ]
)


# Letters that are no base letter with a mark, and so have no plain form of their own in Unicode.
SPELLED = str.maketrans(
    {"ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "ı": "i", "ħ": "h", "Ħ": "h"}
    | {"ß": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "þ": "th", "Þ": "th", "ð": "d", "Ð": "d"}
)


# Letters and digits that are read for one another; longer ones first.
LOOK_ALIKE = [("rn", "m"), ("vv", "w"), ("0", "o"), ("1", "l"), ("i", "l"), ("3", "e"), ("5", "s"), ("-", "")]


def _looks(handle: str) -> str:
    for one, other in LOOK_ALIKE:
        handle = handle.replace(one, other)
    return handle


HOUSE = frozenset(map(_looks, RESERVED))


def is_reserved(handle: str) -> bool:
    """Also what is read as one of these, or names the site in whatever company."""
    looks = _looks(handle)
    return looks in HOUSE or looks.removesuffix("s") in HOUSE or _looks("masteryhub") in looks


def base(name: str) -> str:
    """The plain handle for a name: "Joaquín Batista" is joaquin-batista; what cannot be spelled is member."""
    plain = re.sub(r"[^a-z0-9]+", "-", slugify(name.translate(SPELLED))).lstrip("0123456789-")[:LONGEST].strip("-")
    return plain if len(plain) >= 3 and not is_reserved(plain) else f"member-{plain}".strip("-")[:LONGEST]


def candidates(name: str) -> Iterator[str]:
    """The plain handle, then ever longer random endings: somebody is free before the patience ends."""
    plain = base(name)
    yield plain
    for digits in (2, 3, 4, 6, 8, 10, 12):
        ending = "".join(secrets.choice("0123456789") for _ in range(digits))
        yield f"{plain[: LONGEST - digits - 1].rstrip('-')}-{ending}"


def digests(handle: str) -> list[str]:
    """What is kept of a handle whose owner was erased: by the site's key, then by its keys of before. Without a key,
    anybody with a list of names could tell from it who was here."""
    return list(marks("accounts.handles", handle))
