"""What a message says: who wrote it, to which of our addresses, and in which words, without what it quotes."""

import email
import hashlib
import re
import subprocess
import sys
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses
from html import unescape

from django.utils.html import strip_tags

from core.preconditions import ROOT
from features.forum.by_mail.addresses import Place, read

LARGEST = 10_000_000  # bytes of a message
LONGEST = 60_000  # letters of it that are looked at, quotes included
PATIENCE = 10  # seconds; a letter of a person takes none
RECIPIENTS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")
BREAKS = re.compile(r"<br\s*/?>|</(?:p|div|li|tr|h\d|blockquote)>", re.IGNORECASE)
QUOTES = re.compile(r"<blockquote\b.*", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Message:
    key: str  # the same for the same message, however often it comes
    sender: str
    place: Place | None
    body: str  # with what it quotes
    is_automatic: bool
    has_files: bool


def read_message(raw: bytes) -> Message:
    found = email.message_from_bytes(raw[:LARGEST], policy=default)
    assert isinstance(found, EmailMessage)
    return Message(
        key=hashlib.sha256(_header(found, "message-id").strip().encode() or raw).hexdigest(),
        sender=next((address for _name, address in getaddresses([_header(found, "from")])), "").lower(),
        place=next(filter(None, (read(address) for address in _addresses(found))), None),
        body=_body(found),
        is_automatic=_is_automatic(found),
        has_files=len(raw) > LARGEST or _has_files(found),
    )


def _header(found, name) -> str:
    return next(iter(_all(found, name)), "")


def _all(found, name) -> list[str]:
    """As text: what cannot be read as a header is none. The library falls over some that are made for it."""
    try:
        return [str(line) for line in found.get_all(name, [])]
    except (ValueError, LookupError, AttributeError, TypeError):
        return []


def _addresses(found) -> list[str]:
    return [address for _name, address in getaddresses([line for name in RECIPIENTS for line in _all(found, name)])]


def _is_automatic(found) -> bool:
    """Out-of-office notes, reports of servers, lists (RFC 3834): whoever answers these begins a loop."""
    if _header(found, "auto-submitted").partition(";")[0].strip().lower() not in ("", "no"):
        return True
    if _header(found, "precedence").strip().lower() in ("bulk", "junk", "list", "auto_reply"):
        return True
    if _header(found, "return-path").strip() == "<>" or found.get_content_type() == "multipart/report":
        return True
    return any(name in found for name in ("x-autoreply", "x-autorespond", "list-id"))


def _has_files(found) -> bool:
    """Pictures within the text of a signature are none."""
    return any(part.is_attachment() and "content-id" not in part for part in found.walk() if not part.is_multipart())


def _body(found) -> str:
    part = found.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    try:
        text = part.get_content()
    except (LookupError, ValueError):  # a character set that there is not
        text = part.get_payload(decode=True).decode("utf-8", "replace")
    if part.get_content_subtype() == "html":
        text = unescape(strip_tags(BREAKS.sub("\n", QUOTES.sub("", text))))
    return text.replace("\r\n", "\n")[:LONGEST]


def above_the_quotes(text: str) -> str:
    """One's own words. In a process of its own, which can be ended: the patterns of the library take hours for a
    message that is made for it. Nothing, where that happens."""
    command = [sys.executable, "-W", "ignore", "-m", "features.forum.by_mail.quotes"]
    try:
        done = subprocess.run(command, input=text, capture_output=True, encoding="utf-8", timeout=PATIENCE, cwd=ROOT)  # noqa: S603 - ours
    except subprocess.TimeoutExpired:
        return ""
    done.check_returncode()
    return done.stdout
