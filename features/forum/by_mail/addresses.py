"""Where an answer to a letter goes: an address for one person and one place, signed, in small letters and digits alone,
because some servers write addresses small."""

import re
from dataclasses import dataclass

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

PURPOSE = "forum.by_mail"
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
    return f"{name}+{place.said}.{_signature(place, settings.SECRET_KEY)}@{host}" if at else ""


def read(text: str) -> Place | None:
    """What an address of ours says; nothing for others, and for forged ones."""
    name, at, host = settings.INBOUND_ADDRESS.lower().rpartition("@")
    local, _at, there = text.lower().rpartition("@")
    found = LOCAL.search(local)
    if not at or there != host or not found or local[: found.start()] != name:
        return None
    place = Place(int(found[1]), found[2], int(found[3]))
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return place if any(constant_time_compare(found[4], _signature(place, key)) for key in keys) else None


def _signature(place: Place, secret: str) -> str:
    return salted_hmac(PURPOSE, place.said, secret=secret, algorithm="sha256").hexdigest()[:32]
