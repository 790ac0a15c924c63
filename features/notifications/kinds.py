"""What can be said to a person: kinds, registered by features. Words are made when they are read or sent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from core.registry import Registry
from features.notifications.models import Notification


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What `core.mail.send` needs: a template without its ending, and what it shows."""

    template: str
    context: dict
    attachments: Sequence[tuple[str, bytes, str]] = ()  # file name, content, MIME type
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Group:
    """What a person decides on at once. Without `is_optional` there is nothing to decide, and `why` says so.

    `why` stands on the page of preferences and at the foot of the letters. Both texts are lazy translations.
    """

    key: str
    label: str
    why: str
    is_optional: bool = False


@dataclass(frozen=True, kw_only=True)
class Kind:
    """`letter` looks at the rows as they are now, and answers None when there is nothing true left to say.

    `sentences` answers what the inbox says, by id of the notification: what happened, in one query for all of them.
    """

    letter: Callable[[Notification], Letter | None]
    sentences: Callable[[Sequence[Notification]], dict[int, str]]
    group: Group


kinds: dict[str, Kind] = Registry("notification kinds")


def groups() -> dict[str, Group]:
    """Those that the registered kinds belong to, in the order in which they were registered."""
    return {kind.group.key: kind.group for kind in kinds.values()}
