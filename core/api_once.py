"""Idempotency keys: an unsafe call that is sent again does nothing again, and is answered as the first time was.

The effect and its answer are committed together, so a process that is killed in between leaves neither. While the first
is at work an advisory lock tells the second so. Answers are kept for a day.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta

from django.db import connection, transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.api_parts import Refusal
from core.models import IdempotencyKey

KEPT = timedelta(hours=24)
LONGEST = 100
HEADERS = ("Location", "ETag")
# What may well be otherwise next time: who asks has to be asked again, and so has the state of things.
NOT_KEPT = {401, 403, 409, 429}


def once(request, key: str, act: Callable[[], HttpResponse]) -> HttpResponse:
    if not 1 <= len(key) <= LONGEST or not key.isascii() or not key.isprintable():
        raise Refusal("idempotency_key", _("An idempotency key has 1 to 100 printable ASCII characters."), status=422)
    route = f"{request.method} {request.get_full_path()}"
    name = _digest(f"{request.caller.key}\n{route}\n{key}".encode())
    body = _digest(request.body)
    with transaction.atomic():
        if not _lock(name):
            words = _("The first call with this key is still at work. Wait a moment.")
            raise Refusal("in_flight", words, headers={"Retry-After": "1"})
        now = timezone.now()
        kept = IdempotencyKey.objects.filter(name=name, kept_at__gt=now - KEPT).first()
        if kept and kept.body_digest != body:
            raise Refusal("idempotency_mismatch", _("This key was used with another body."), status=422)
        if kept:
            return _again(kept)
        response = act()
        if response.status_code < 500 and response.status_code not in NOT_KEPT:
            row = {
                "body_digest": body,
                "status": response.status_code,
                "content_type": response.get("Content-Type", ""),
                "headers": {header: response[header] for header in HEADERS if header in response},
                "body": response.content,
                "kept_at": now,
            }
            IdempotencyKey.objects.update_or_create(name=name, defaults=row)
        return response


def sweep(*, now=None) -> int:
    return IdempotencyKey.objects.filter(kept_at__lte=(now or timezone.now()) - KEPT).delete()[0]


def _again(kept) -> HttpResponse:
    response = HttpResponse(bytes(kept.body), status=kept.status, content_type=kept.content_type, headers=kept.headers)
    response["Idempotent-Replayed"] = "true"
    return response


def _lock(name) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"idempotency:{name}"])
        return cursor.fetchone()[0]


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
