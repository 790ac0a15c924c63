"""Where an answer to a letter goes: an address for one person and one place, signed, in small letters and digits alone,
because some servers write addresses small."""

import re
from dataclasses import dataclass

from django.conf import settings

from core.keys import is_marked, marks

PURPOSE, MARK = "forum.by_mail", 32  # digits
LOCAL = re.compile(r"\+(\d{1,18})\.([tp])(\d{1,18})\.([0-9a-f]{32})$")


@dataclass(frozen=True, slots=True)
class Place:
    """Who writes, and where: an answer in a thread (t), or a comment below a post (p)."""

    person: int
    kind: str
    number: int

    @property
    def said(self) -> str:
        return f"{self.person}.{self.kind}{self.number}"


def address(person_id: int, kind: str, number: int) -> str:
    """Empty where no inbound address is configured."""
    name, at, host = settings.INBOUND_ADDRESS.rpartition("@")
    place = Place(person_id, kind, number)
    return f"{name}+{place.said}.{next(marks(PURPOSE, place.said))[:MARK]}@{host}" if at else ""


def read(text: str) -> Place | None:
    """What an address of ours says; nothing for others, and for forged ones."""
    name, at, host = settings.INBOUND_ADDRESS.lower().rpartition("@")
    local, _at, there = text.lower().rpartition("@")
    found = LOCAL.search(local)
    if not at or there != host or not found or local[: found.start()] != name:
        return None
    place = Place(int(found[1]), found[2], int(found[3]))
    return place if is_marked(PURPOSE, place.said, found[4], MARK) else None
