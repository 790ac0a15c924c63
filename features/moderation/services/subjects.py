"""What can be moderated. Features above register their kinds of things, because they know them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection

from core.registry import Registry
from features.accounts.access import has_any_role, has_role, roles
from features.accounts.models import Role, User

EVERYWHERE = (Role.MODERATOR, Role.ORGANISER)


class ModerationRefused(Exception):
    """`code` is stable and for programs; `words` name the next step."""

    def __init__(self, code: str, words):
        super().__init__(code)
        self.code, self.words = code, words


@dataclass(frozen=True, kw_only=True)
class Thing:
    """One thing as a moderator sees it, whatever its state."""

    kind: str
    ref: str
    title: str
    url: str
    author: User | None
    state: str  # shown, held, hidden, removed
    html: str = ""
    scope: str = ""  # whose area it is, as in roles
    place: str = ""  # where its log is told, as a text key
    at: datetime | None = None
    row: Any = None  # for the acts of its own feature

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.ref}"


def _nothing(*_given) -> Any:
    return {}


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A kind of thing: how rows are found, who sees them, what can be done to them.

    `things` answers by ref, in a fixed number of queries. `shown_to` says whether somebody reads it and may report it:
    nobody, unless it says so.
    `set_state` makes it one of `states`: shown, held (out of sight until it is changed) or hidden. It answers what
    `restore` needs to put it back; without it nothing can be hidden, by reports neither.
    `by_person` are the newest things of one person. `places` answers (title, address) of those place keys that
    everybody may read. `fragment` is the thing as its page shows it after an act, for htmx.
    What `is_private` stands on a page of two people: a moderator reads the thing itself, and is not led there.
    What `needs_act` is decided by one of its acts: its case cannot be closed without.
    `lock` takes the rows in which things stand, in one order, until the transaction ends: before their cases (`hold`).
    """

    label: Any  # a lazy translation, in lower case: an answer
    things: Callable[[Sequence[str]], dict[str, Thing]]
    shown_to: Callable[[User, str], bool] = lambda person, ref: False
    acts: Sequence[str] = ()
    anew: Any = ""  # to whoever wrote one that was removed: whether they may write another
    states: frozenset[str] = frozenset({"shown", "held", "hidden"})
    set_state: Callable[[Thing, str, datetime], dict] | None = None
    restore: Callable[[Mapping[str, Any], Thing, datetime], None] = _nothing
    by_person: Callable[[User], list[Thing]] = lambda person: []
    places: Callable[[Sequence[str]], Mapping[str, tuple[str, str]]] = _nothing
    fragment: Callable[[Any, str, str], Any] | None = None
    is_private: bool = False
    needs_act: bool = False
    lock: Callable[[Sequence[str]], None] = lambda refs: None


# kind -> Subject
subjects: dict[str, Subject] = Registry("what can be moderated")


def things(keys: Sequence[str]) -> dict[str, Thing]:
    """Things by key ("post:12"), those that are still there: a fixed number of queries for each kind."""
    by_kind: dict[str, list[str]] = {}
    for key in dict.fromkeys(keys):
        kind, _, ref = key.partition(":")
        if kind in subjects and ref:
            by_kind.setdefault(kind, []).append(ref)
    found: dict[str, Thing] = {}
    for kind, refs in by_kind.items():
        found |= {f"{kind}:{ref}": thing for ref, thing in subjects[kind].things(refs).items()}
    return {key: found[key] for key in keys if key in found}


def thing(key: str) -> Thing | None:
    return things([key]).get(key)


def as_seen_by(moderator: User, found: Thing) -> Thing:
    """Without its address where they would find nothing: the page of a private thing is for the two of them."""
    if subjects[found.kind].is_private and found.author != moderator:
        return replace(found, url="")
    return found


def alone_with(keys: Sequence[str]) -> None:
    """Wait until nobody else decides on these things, and have them to oneself until the transaction ends: of two who
    do the same at once one does it, and the other finds it done."""
    with connection.cursor() as cursor:
        for key in sorted(set(keys)):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"moderation:{key}"])


def hold(keys: Sequence[str]) -> None:
    """Things alone, with what they stand in, for whoever goes on to their cases or to several of them. Everybody locks
    in this order, the thing, what it stands in, its case: else each of two holds what the other one waits for."""
    alone_with(keys)
    by_kind: dict[str, list[str]] = {}
    for key in sorted(set(keys)):
        kind, _, ref = key.partition(":")
        by_kind.setdefault(kind, []).append(ref)
    for kind in sorted(by_kind.keys() & subjects.keys()):
        subjects[kind].lock(by_kind[kind])


# --- Who moderates ----------------------------------------------------------------------------------------------------
def moderates(person: User, scope: str = "") -> bool:
    """Moderators everywhere, those of an area there."""
    if not person.is_authenticated:
        return False
    return has_any_role(person, *EVERYWHERE) or bool(scope and has_role(person, Role.AREA_MODERATOR, scope))


def scopes_of(person: User) -> set[str] | None:
    """The areas that somebody moderates; None is everywhere."""
    if has_any_role(person, *EVERYWHERE):
        return None
    held = {scope for role, scope in roles(person) if role == Role.AREA_MODERATOR}
    return None if "" in held else held
