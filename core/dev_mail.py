"""`/dev/mail/`: what the demo site has sent. Letters are files there, so nothing leaves the machine."""

import email
import email.policy
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.dev_panels import panels

SHOWN = 50
LOOKED_AT = 500  # of which the newest people are known


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
    chosen = request.GET.get("to", "").strip()
    files = by_age(Path(settings.DATA_DIR) / "mail")[:LOOKED_AT]
    people = [(recipient(file), file) for file in files]
    return render(
        request,
        "dev/mail.html",
        {
            "letters": newest([file for to, file in people if not chosen or to == chosen]),
            "chosen": chosen,
            "people": Counter(to for to, _file in people).items(),
            "panels": [(title, list(answer())) for title, answer in panels.items()],
            "goes_out": bool(settings.EMAIL_URL),
        },
    )


def by_age(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns, reverse=True)


def recipient(file: Path) -> str:
    with file.open("rb") as letter:
        return str(BytesHeaderParser(policy=email.policy.default).parse(letter)["To"])


def newest(files: Sequence[Path]) -> list[Sent]:
    return [read(file.read_bytes()) for file in files[:SHOWN]]


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
