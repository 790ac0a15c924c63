"""What the frame of every page links to. Features add their own places, so nothing is linked before it exists."""

from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse


@dataclass(frozen=True)
class Place:
    label: str  # a lazy translation
    url_name: str
    icon: str = ""
    order: int = 0
    section: str = "main"  # main, or a footer column: learn, teach, trust

    @cached_property
    def url(self) -> str:
        return reverse(self.url_name)

    def holds(self, path: str) -> bool:
        return path == self.url or (self.url != "/" and path.startswith(self.url))

    def as_link(self, path: str) -> dict:
        return {"label": self.label, "url": self.url, "icon": self.icon, "current": self.holds(path)}


_places: list[Place] = []


def add(*places: Place) -> None:
    for place in places:
        if place not in _places:
            _places.append(place)


def links(section: str, path: str) -> list[dict]:
    """The places of a section in order. One at most is current: the most exact, as /account/ holds /account/email/."""
    found = [p.as_link(path) for p in sorted(_places, key=lambda p: p.order) if p.section == section]
    longest = max((len(link["url"]) for link in found if link["current"]), default=0)
    for link in found:
        link["current"] = link["current"] and len(link["url"]) == longest
    return found


def current(path: str) -> tuple[str, ...]:
    """What decides which places are marked on a page."""
    return tuple(place.url for place in _places if place.holds(path))
