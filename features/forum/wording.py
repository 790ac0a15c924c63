"""What becomes of the Markdown of a post: safe HTML, with the people it names as links to them."""

import difflib
import re
from collections.abc import Collection

from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from core.text import render_markdown
from features.accounts.models import User

MOST_NAMED = 10  # in one post
MOST_COMPARED = 4000  # lines of a text, or words of a line
NAMED = re.compile(r"(?<![\w@/.-])@([a-z0-9](?:[a-z0-9-]{0,28}[a-z0-9])?)", re.IGNORECASE)
PART = re.compile(r"(<[^>]+>)")
OPAQUE = re.compile(r"</?(a|code|pre)\b")  # in these, nobody is named


def clean(text: str) -> str:
    """As it is kept: what was typed, with plain ends of lines."""
    return text.replace("\x00", "").replace("\r\n", "\n").strip()


def named_in(text: str) -> list[str]:
    """The handles a text may name, the first few."""
    return list(dict.fromkeys(handle.lower() for handle in NAMED.findall(text)))[:MOST_NAMED]


def render(text: str) -> tuple[str, list[User]]:
    """The HTML of a post, and the people whom it names outside of code and links."""
    html = render_markdown(text, pictures=True)
    handles = named_in(text)
    people = {person.handle: person for person in User.objects.filter(handle__in=handles, is_active=True)}
    if not people:
        return html, []
    told: dict[str, User] = {}

    def link(match):
        person = people.get(match[1].lower())
        if person is None:
            return match[0]
        told[person.handle] = person
        return f'<a href="{escape(reverse("person", args=[person.handle]))}">@{escape(person.handle)}</a>'

    parts, depth = [], 0
    for part in PART.split(html):
        if part.startswith("<"):
            if OPAQUE.match(part):
                depth += -1 if part.startswith("</") else 1
            parts.append(part)
        else:
            parts.append(part if depth else NAMED.sub(link, part))
    return "".join(parts), list(told.values())


def quoted(text: str, name: str) -> str:
    """A post as the beginning of an answer to it."""
    lines = text.strip().splitlines()[:40]
    return f"{name}:\n\n" + "\n".join(f"> {line}".rstrip() for line in lines) + "\n\n"


def difference(before: str, after: str) -> SafeString:
    """Two wordings as one, with what went and what came."""
    old, new = before.splitlines(), after.splitlines()
    parts: list[str] = []
    for tag, a, b, c, d in _steps(old, new):
        if tag == "equal":
            parts += [format_html("{}\n", line) for line in old[a:b]]
        elif tag == "replace" and b - a == d - c:
            parts += [_in_line(one, other) for one, other in zip(old[a:b], new[c:d], strict=True)]
        else:
            parts += _marked("del", old[a:b]) + _marked("ins", new[c:d])
    return mark_safe("".join(parts))  # noqa: S308 - every part is escaped where it is made


def _steps(old: list[str], new: list[str]) -> list[tuple[str, int, int, int, int]]:
    """From one to the other. What is very long and made to look alike everywhere would take minutes: above some length
    it is another whole."""
    if len(old) > MOST_COMPARED or len(new) > MOST_COMPARED:
        return [("equal" if old == new else "replace", 0, len(old), 0, len(new))]
    return difflib.SequenceMatcher(a=old, b=new).get_opcodes()


def _in_line(before: str, after: str) -> str:
    old, new = re.findall(r"\w+|\W", before), re.findall(r"\w+|\W", after)
    parts = []
    for tag, a, b, c, d in _steps(old, new):
        if tag == "equal":
            parts.append(escape("".join(old[a:b])))
        else:
            parts += _marked("del", ["".join(old[a:b])], "") + _marked("ins", ["".join(new[c:d])], "")
    return "".join(parts) + "\n"


def _marked(tag: str, lines: Collection[str], end: str = "\n") -> list[str]:
    return [f"<{tag}>{escape(line)}</{tag}>{end}" for line in lines if line]
