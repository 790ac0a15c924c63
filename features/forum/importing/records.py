"""What every forum's export comes down to, whatever its files look like."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol


class NotAnExport(Exception):
    """Nothing here can be read as one; the words say what was expected."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that could not be used, and why."""

    where: str
    why: str

    def __str__(self):
        return f"{self.where}: {self.why}"


@dataclass(slots=True)
class Person:
    ref: str
    name: str
    joined_at: datetime


@dataclass(slots=True)
class Said:
    """A post: it opens a thread (it has a `title`), answers the thread of `parent`, or is a comment below it."""

    ref: str
    where: str
    author: str
    text: str  # Markdown
    at: datetime
    title: str = ""
    is_question: bool = True
    is_comment: bool = False
    is_closed: bool = False
    parent: str = ""
    tags: list[str] = field(default_factory=list)
    ups: int = 0
    downs: int = 0
    edited_at: datetime | None = None


class Reader(Protocol):
    """An export that was recognised. Each method reads it anew from its beginning."""

    def people(self) -> Iterable[Person | Problem]: ...
    def said(self) -> Iterable[Said | Problem]: ...
    def accepted(self) -> Iterable[str]: ...


def reader_of(path: Path) -> Reader:
    """Whoever can read what lies there. Raises NotAnExport."""
    from features.forum.importing.discourse import Discourse
    from features.forum.importing.stackexchange import StackExchange

    if path.is_dir() and (path / "Posts.xml").exists():
        return StackExchange(path)
    if path.suffix == ".json" or (path.is_dir() and any(path.glob("*.json"))):
        return Discourse(path)
    raise NotAnExport(f"{path}: neither a folder with Posts.xml nor JSON of Discourse.")
