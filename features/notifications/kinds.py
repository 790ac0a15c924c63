"""What can be said to a person: kinds, registered by features. Words are made when they are read or sent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from core.registry import Registry
from features.notifications.models import Level, Notification


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

    `why` stands on the page of preferences and at the foot of the letters. Both texts are lazy translations. What
    `can_wait` may come by digest; `proposed` is what holds for whoever has chosen nothing. What `is_mail_alone` is
    no news for the inbox: a letter, or nothing.
    """

    key: str
    label: str
    why: str
    is_optional: bool = False
    can_wait: bool = False
    is_mail_alone: bool = False
    proposed: Level = Level.MAIL

    @property
    def levels(self) -> tuple[Level, ...]:
        """What can be chosen."""
        if self.is_mail_alone:
            return (Level.OFF, Level.MAIL)
        return tuple(level for level in Level if self.can_wait or level != Level.DIGEST)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing in a digest, with what stands below it."""

    text: str
    detail: str = ""


def _as_sentences(notifications):
    said = kinds[notifications[0].kind].sentences(notifications)
    return {pk: Line(text=sentence) for pk, sentence in said.items()}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """`letter` looks at the rows as they are now, and answers None when there is nothing true left to say.

    `sentences` answers what the inbox says, by id of the notification: what happened, in one query for all of them.
    `lines` answers what a digest says of one person's notifications, and leaves out what is no longer true; without it
    a digest says what the inbox says. `levels` answers what the person wants, where the group alone does not decide.
    """

    letter: Callable[[Notification], Letter | None]
    sentences: Callable[[Sequence[Notification]], dict[int, str]]
    group: Group
    lines: Callable[[Sequence[Notification]], dict[int, Line]] = _as_sentences
    levels: Callable[[Sequence[Notification]], dict[int, str]] | None = None


kinds: dict[str, Kind] = Registry("notification kinds")


# --- Groups of this feature itself ------------------------------------------------------------------------------------
FOLLOWS = Group(
    key="follows",
    label=_("What you follow"),
    why=_("You are told of new sessions, threads and answers by people and on skills that you follow."),
    is_optional=True,
    can_wait=True,
    proposed=Level.DIGEST,
)
# No kind belongs to it: it is the letter that carries what can wait.
DIGEST = Group(
    key="digest",
    label=_("Digest"),
    why=_("You get one letter with what is new and can wait, when there is something."),
    is_optional=True,
)


def groups() -> dict[str, Group]:
    """Those that the registered kinds belong to, in the order in which they were registered."""
    return {kind.group.key: kind.group for kind in kinds.values()}
