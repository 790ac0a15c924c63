"""Text as people type it: folded for comparing, rendered once for showing."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from html import unescape
from zlib import crc32

import nh3
from django.utils.html import strip_tags
from markdown_it import MarkdownIt

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": 20}).enable("table")
TAGS = {
    "a", "p", "br", "hr", "strong", "em", "code", "pre", "blockquote", "ul", "ol", "li", "h3", "h4",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


def version(*said) -> str:
    """A short mark of what a page shows, for whoever sends its form back: another one when that has changed since."""
    return f"{crc32(repr([str(one) for one in said]).encode()):08x}"


def fold(text: str) -> str:
    """One spelling for comparing: no case, no accents, no NULs, single spaces."""
    plain = unicodedata.normalize("NFKD", text.replace("\x00", "")).casefold()
    return " ".join(_SIGN.sub(_no_accent, plain).split())


_SIGN = re.compile(r"[^\w\s]|_")  # no letter, no digit, no space: few enough to look at each


def _no_accent(sign: re.Match[str]) -> str:
    return "" if unicodedata.combining(sign[0]) else sign[0]


def _space_but_in_a_letter(sign: re.Match[str]) -> str:
    return sign[0] if unicodedata.category(sign[0])[0] == "M" else " "


# Signs that tell one name from another ("C", "C++", "C#", ".NET") are spelled before punctuation goes.
SPELLED: list[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]] = [
    (re.compile(r"(?<![\w.])\.(?=[^\W\d_])"), "dot"),
    (re.compile(r"(?<=[^\W_])(?:\+{2,}|\+(?![+\w]))"), lambda match: "plus" * len(match[0]) + " "),
    (re.compile(r"(?<![^\W_])([^\W\d_])[#♯](?!\w)"), r"\1sharp"),
    (re.compile(r"&"), " and "),
]


def words(text: str) -> str:
    """Folded text of letters and digits alone, single spaces between: what search and names are compared by."""
    if text.isascii() and text.replace(" ", "").isalnum():  # most names by far: nothing to fold or to spell
        return " ".join(text.lower().split())
    folded = fold(text)
    for pattern, spelling in SPELLED:
        folded = pattern.sub(spelling, folded)
    return " ".join(_SIGN.sub(_space_but_in_a_letter, folded).split())


def number(typed: str) -> int | None:
    """A key or an amount in plain digits, no more of them than a column of Postgres holds; None for anything else."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 19 else None


def numbers(typed: Iterable[str]) -> list[int]:
    return [found for one in typed if (found := number(one)) is not None]


# Signs that turn the direction of all that follows, and would turn what stands beside a title as well.
TURNS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFFFE, 0xFFFF])  # and what no XML may hold


def one_line(text: str) -> str:
    """Text for a title, a name or a subject: control characters become spaces, so no header can be smuggled in, and
    nothing turns the direction of reading; letters from the right to the left know theirs."""
    plain = text.translate(TURNS)
    return " ".join("".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in plain).split())


# Letters and signs that leave nothing on the page: fillers of Hangul, the empty pattern of Braille.
BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def is_seen(text: str) -> bool:
    """Whether anything of it can be seen: what joins, turns and spaces cannot."""
    return any(unicodedata.category(c)[0] not in "CZM" and c not in BLANK for c in text)


# A picture that was drawn anew here (see accounts.services.pictures); none of another site is ever fetched.
OWN_PICTURE = re.compile(r"/files/[\w-]{22}/\d{1,4}\.webp")


def render_markdown(text: str, *, pictures: bool = False) -> str:
    """Safe HTML from Markdown; headings start at h3 because the page owns h1 and h2. Rendered at save, not at view.
    With `pictures` those that were uploaded here are shown."""
    html = _markdown.render(text.replace("\x00", ""))
    for source, target in (("1", "3"), ("2", "3"), ("5", "4"), ("6", "4")):
        html = html.replace(f"<h{source}>", f"<h{target}>").replace(f"</h{source}>", f"</h{target}>")
    return nh3.clean(
        html,
        tags=TAGS | ({"img"} if pictures else set()),
        attributes={"a": {"href"}} | ({"img": {"src", "alt"}} if pictures else {}),
        attribute_filter=_own_pictures,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow ugc noopener",
    )


def _own_pictures(tag: str, name: str, value: str) -> str | None:
    return None if (tag, name) == ("img", "src") and not OWN_PICTURE.fullmatch(value) else value


def without_marks(html: str) -> str:
    """What is read of rendered HTML: for the search, feeds and machines, which escape by themselves."""
    return unescape(strip_tags(html))
