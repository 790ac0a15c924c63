"""What stays of a thing that took place, notes and a recording, and moments in it. Who has such things registers how
they are found, so that other features can point to a moment; what somebody may not see is not there for them."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from core.registry import Registry

LONGEST = 24 * 3600
TIMES = re.compile(r"(?:(\d{1,2}):)?(\d{1,4}):([0-5]\d)|(\d{1,4})")


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What one person may see: `url` is where it is shown here, `recording` its address elsewhere or nothing."""

    url: str
    words: str
    recording: str = ""
    seconds: int | None = None  # how long it is, where that was said
    is_own: bool = False  # they held it, and say what it answers when


# Kind of thing -> what is kept of these keys ("session:7") for this person, in a fixed number of queries.
kept: dict[str, Callable[[Collection[str], object], Mapping[str, Kept]]] = Registry("what is kept of things")


def kept_of(keys: Collection[str], person) -> dict[str, Kept]:
    found: dict[str, Kept] = {}
    for kind, answer in kept.items():
        if mine := [key for key in keys if key.partition(":")[0] == kind]:
            found |= answer(mine, person)
    return found


def seconds_in(typed: str) -> int | None:
    """`1:02:30`, `62:30` or minutes alone (`62`); None for anything else, and for what is longer than a day."""
    match = TIMES.fullmatch(typed.strip()) if typed.isascii() else None
    if match is None:
        return None
    hours, minutes, seconds, alone = (int(part or 0) for part in match.groups())
    if match[1] and minutes > 59:
        return None
    total = alone * 60 if match[4] else hours * 3600 + minutes * 60 + seconds
    return total if total <= LONGEST else None


def clock(seconds: int) -> str:
    """`12:40`, or `1:02:30` from an hour on."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def address_at(url: str, seconds: int) -> str:
    """The recording from a moment on, as its place understands it; a plain file goes by the media fragment of W3C."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    if host in ("youtube.com", "m.youtube.com", "youtu.be"):
        query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in ("t", "start")]
        return urlunsplit(parts._replace(query=urlencode([*query, ("t", f"{seconds}s")])))
    return url if parts.fragment else urlunsplit(parts._replace(fragment=f"t={seconds}"))
