"""Letters: one way from a template to a mail server.

A job sends one letter, and writes down that it did after `send` has returned: by then the server has it.
"""

import hashlib
import re
from collections.abc import Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage as Headers
from email.message import MIMEPart
from email.policy import default as default_policy
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, mailers
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils import timezone, translation

from core.smtp import EmailBackend
from core.text import one_line

SUBJECT_LIMIT = 200


class Address(UnstructuredHeader, BaseHeader):
    """A URL stays as it is. Python would turn a long one into encoded words, which no mail program reads as one."""

    max_count = 1

    def fold(self, *, policy):
        is_url = re.fullmatch("<[!-~]+>", str(self))  # nothing that could end the line, or that mail cannot carry
        return f"{self.name}: {self}{policy.linesep}" if is_url else super().fold(policy=policy)


_headers = HeaderRegistry()
_headers.map_to_type("list-unsubscribe", Address)


class Message(EmailMultiAlternatives):
    def message(self, *, policy=default_policy):
        return super().message(policy=policy.clone(header_factory=_headers))


_handover: ContextVar = ContextVar("handover", default=None)


@contextmanager
def handing_over(handover):
    token = _handover.set(handover)
    try:
        yield
    finally:
        _handover.reset(token)


def send(
    to,
    template: str,
    context: dict,
    *,
    message_id: str,
    attachments: Iterable[tuple[str, bytes, str]] = (),
    headers: dict[str, str] | None = None,
) -> None:
    """Send `template`.txt, .html and .subject.txt to a person or an address; raises when the server does not take it.

    `message_id` is a key that means this letter and no other: sent twice, it is still one letter to whoever receives
    it. An attachment is (file name, content, MIME type with its parameters).
    """
    handover = _handover.get()
    if handover and not handover.claim_letter():
        return
    message = compose(to, template, context, message_id=message_id, attachments=attachments, headers=headers or {})
    backend = mailers.default
    if isinstance(backend, EmailBackend):
        backend.handover = handover
    backend.send_messages([message])


def compose(to, template, context, *, message_id, attachments, headers) -> Message:
    address, zone = (to, "") if isinstance(to, str) else (to.email, to.time_zone)
    context = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL, "recipient": to, **context}
    with timezone.override(zone or settings.DEFAULT_TIME_ZONE), translation.override(settings.LANGUAGE_CODE):
        subject = _words(_text(f"{template}.subject.txt", context))[:SUBJECT_LIMIT]
        context["subject"] = subject
        text = _text(f"{template}.txt", context)
        html = render_to_string(f"{template}.html", context)
    message = Message(
        subject,
        re.sub(r"\n\s*\n", "\n\n", _printable(text)).strip() + "\n",
        to=[address],
        headers={
            "Message-ID": f"<{hashlib.sha256(message_id.encode()).hexdigest()[:40]}@{_domain()}>",
            "Auto-Submitted": "auto-generated",  # no out-of-office answers
            **{name: _words(value) for name, value in headers.items()},
        },
    )
    message.attach_alternative(_printable(html), "text/html")
    for attachment in attachments:
        message.attach(_part(*attachment))
    return message


def _domain() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def _text(template: str, context: dict) -> str:
    # Django escapes for HTML in every template, whatever its name.
    return get_template(template).template.render(Context(context, autoescape=False))  # type: ignore[attr-defined]


def _printable(text: str) -> str:
    """Control characters have no meaning in a letter, and some servers refuse them."""
    return "".join(c for c in text if c in "\n\t" or (c >= " " and not "\x7f" <= c <= "\x9f"))


def _words(text: str) -> str:
    """For a header. What people write there as an encoded word would be decoded: something else than they wrote, and
    before Python 3.12.5 a header of their own."""
    return one_line(text).replace("=?", "= ?")


def _part(filename: str, content: bytes, mimetype: str) -> MIMEPart:
    header = Headers()
    header["Content-Type"] = mimetype
    kind = header["Content-Type"]
    part = MIMEPart()
    part.set_content(
        content,
        maintype=kind.maintype,
        subtype=kind.subtype,
        disposition="attachment",
        filename=_words(filename),
        params=dict(kind.params),
    )
    return part
