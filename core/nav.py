"""What the frame of every page links to. Features add their own places, so nothing is linked before it exists."""

from dataclasses import dataclass

from django.urls import reverse


@dataclass(frozen=True)
class Place:
    label: str  # a lazy translation
    url_name: str
    icon: str = ""
    order: int = 0
    section: str = "main"  # main, or a footer column: learn, teach, trust

    def as_link(self, path: str) -> dict:
        url = reverse(self.url_name)
        return {
            "label": self.label,
            "url": url,
            "icon": self.icon,
            "current": path == url or (url != "/" and path.startswith(url)),
        }


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
