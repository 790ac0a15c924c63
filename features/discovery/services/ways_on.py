"""What a list of one kind that holds nothing offers to whoever looked: another word, one filter less, or word of it
once there is something."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from django.http import QueryDict

from features.discovery.services.spelling import meant
from features.discovery.services.wishing import is_wished


@dataclass(frozen=True, slots=True)
class Way:
    label: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class WaysOn:
    words: str = ""
    meant: Way | None = None  # the same, spelled as it stands in what there is
    wider: Way | None = None  # the same without one filter; without a label it is without any
    may_wish: bool = False
    is_wished: bool = False


def ways_on(
    *,
    kind: str,
    person,
    words: str,
    labels: Mapping[str, str],
    count: Callable[[Collection[str], str], int],
    path: str,
    query: QueryDict,
) -> WaysOn:
    """`labels` say what the filters that are on are called besides the words, by their names in the `query`. `count`
    is asked with the names of those that are left out, and with the words."""

    def way(label: str, without: Collection[str], words: str) -> Way:
        left = query.copy()
        for name in ("after", "q", *without):
            left.pop(name, None)
        if words:
            left["q"] = words
        return Way(label, count(without, words), f"{path}?{left.urlencode()}" if left else path)

    best = max((way(label, [name], words) for name, label in labels.items()), key=lambda way: way.count, default=None)
    if best and not best.count and len(labels) > 1:
        best = way("", list(labels), words)
    if best and best.count:
        return WaysOn(words, wider=best)
    if not words:
        return WaysOn()
    better = meant(words, person)
    right = way(better, [], better) if better else None
    wished = person.is_authenticated and is_wished(person, words, kind)
    return WaysOn(words, right if right and right.count else None, may_wish=True, is_wished=wished)
