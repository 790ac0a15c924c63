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
    section: str = "main"  # or a footer column, or a group of one's own places: core/context.py names them
    about: str = ""  # what one does there, in a few words
    is_near: bool = False  # of one's own places, whether the menu of every page leads there

    @cached_property
    def url(self) -> str:
        return reverse(self.url_name)

    def holds(self, path: str) -> bool:
        return path == self.url or (self.url != "/" and path.startswith(self.url))

    def as_link(self, path: str) -> dict:
        return {
            "label": self.label,
            "url": self.url,
            "icon": self.icon,
            "about": self.about,
            "near": self.is_near,
            "current": self.holds(path),
        }


_places: list[Place] = []


def add(*places: Place) -> None:
    for place in places:
        if place not in _places:
            _places.append(place)


def links(section: str, path: str) -> list[dict]:
    """The places of a section in order. One at most is current: the most exact, as /account/ holds /account/email/."""
    return columns([(section, section)], path)[0]["links"]


def columns(sections, path: str) -> list[dict]:
    """Sections under their titles, as (key, title). In all of them together one place at most is current."""
    found = {key: [] for key, _ in sections}
    for place in sorted(_places, key=lambda place: place.order):
        if place.section in found:
            found[place.section].append(place.as_link(path))
    here = [link for links in found.values() for link in links if link["current"]]
    longest = max((len(link["url"]) for link in here), default=0)
    for link in here:
        link["current"] = len(link["url"]) == longest
    return [{"key": key, "title": title, "links": found[key]} for key, title in sections]


def current(path: str) -> tuple[str, ...]:
    """What decides which places are marked on a page."""
    return tuple(place.url for place in _places if place.holds(path))
