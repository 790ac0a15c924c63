"""Where evidence comes from: the feature that records a kind of cause says what it is worth, and how to speak of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.registry import Registry
from features.skills.levels import Rule

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Told:
    """A cause in words, with where it can be seen."""

    words: str
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Source:
    """One kind of cause. `tell(sources, viewer)` answers those that the viewer may see, in a number of queries that
    does not grow with them; of the others a page says `words` alone."""

    rule: Rule
    basis: "StrPromise"  # beside a level: "Taught"
    words: "StrPromise"  # of one cause, without its particulars: "Held a session"
    why: "StrPromise"  # one sentence on the page that explains levels
    tell: Callable[[Sequence[str], object], Mapping[str, Told]]
    points: int = 0  # of reputation, where the cause was of use to others


sources: dict[str, Source] = Registry("sources of evidence")


def rules() -> dict[str, Rule]:
    return {kind: source.rule for kind, source in sources.items()}
