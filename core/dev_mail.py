"""`/dev/mail/`: what the demo site has sent. Letters are files there, so nothing leaves the machine."""

import email
import email.policy
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.dev_panels import panels

SHOWN = 50


@dataclass(frozen=True)
class Sent:
    to: str
    subject: str
    sent_at: datetime
    text: str
    attachments: list[str]


@require_safe
@never_cache
def mail(request):
    return render(
        request,
        "dev/mail.html",
        {
            "letters": newest(Path(settings.DATA_DIR) / "mail"),
            "panels": [(title, list(answer())) for title, answer in panels.items()],
            "goes_out": bool(settings.EMAIL_URL),
        },
    )


def newest(folder: Path) -> list[Sent]:
    files = sorted(folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns, reverse=True)[:SHOWN]
    return [read(file.read_bytes()) for file in files]


def read(message: bytes) -> Sent:
    parsed = email.message_from_bytes(message, policy=email.policy.default)
    body = parsed.get_body(("plain",))
    text = body.get_content().strip() if body else ""
    return Sent(
        to=str(parsed["To"]),
        subject=str(parsed["Subject"]),
        sent_at=parsedate_to_datetime(parsed["Date"]),
        text=text,
        attachments=[part.get_filename() or part.get_content_type() for part in parsed.iter_attachments()],
    )
