"""What can be found, by kind. A feature registers its kind; the search knows what they have in common."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.registry import Registry
from features.discovery.models import Document, Visibility


@dataclass(frozen=True, kw_only=True)
class Entry:
    """All that is searched and shown of one thing."""

    kind: str
    ref: str
    title: str
    text: str = ""
    names: Collection[str] = ()  # what else it may be called: searched and not shown
    skills: Collection[int] = ()
    language: str = "en"
    visibility: str = Visibility.PUBLIC
    url: str
    starts_at: datetime | None = None
    standing: int = 10  # what stands higher comes first where the words fit as well


@dataclass(frozen=True, kw_only=True)
class Row:
    """What a result says besides its title and the words around what was found: true at this moment."""

    picture: str = ""
    by: str = ""
    facts: Sequence[str] = ()
    price: str = ""
    seats: str = ""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """`entries(refs)` answers what is to be found now: all there is for None, else of these things alone.

    `rows(documents, now)` answers a Row by ref, in one query however many there are. `nearest(words)` answers the
    (name, address) of things whose names are spelled nearly so.
    """

    label: str  # a lazy translation, in the plural
    one: str = ""  # what a single result is called, where its facts do not say so
    order: int
    icon: str
    entries: Callable[[Collection[str] | None], Iterable[Entry]]
    rows: Callable[[Sequence[Document], datetime], Mapping[str, Row]] = field(default=lambda documents, now: {})
    nearest: Callable[[str], list[tuple[str, str]]] = field(default=lambda words: [])
    page: str = ""  # the URL name of their own list, which is searched by `q`
    is_spelled: bool = True  # whether its words may be offered to who mistypes; not the names of people


kinds: dict[str, Kind] = Registry("findable kinds")


def in_order() -> list[tuple[str, Kind]]:
    return sorted(kinds.items(), key=lambda item: item[1].order)
