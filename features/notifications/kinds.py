"""What can be said to a person. Features register kinds; the words are made when the letter is sent."""

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
class Kind:
    """`letter` looks at the rows as they are now, and answers None when there is nothing true left to say."""

    letter: Callable[[Notification], Letter | None]


kinds: dict[str, Kind] = Registry("notification kinds")
