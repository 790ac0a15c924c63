"""Signed tokens for letters: one purpose each, and an end."""

from datetime import timedelta

from django.core.signing import TimestampSigner
from django.urls import reverse

from core.seo import absolute

WAITLIST, CANCELLATION = "sessions.waitlist", "sessions.cancellation"
GOOD_FOR = timedelta(days=120)


def token(public_id: str, purpose: str) -> str:
    return TimestampSigner(salt=purpose, sep="~").sign(public_id)


def read(text: str, purpose: str) -> str:
    """The id in the token. Raises django.core.signing.BadSignature for another purpose, a forgery or an old one."""
    return TimestampSigner(salt=purpose, sep="~").unsign(text, max_age=GOOD_FOR)


def short_link(session) -> str:
    """To say, to type from a poster, to scan: it holds whatever the session is called by then, and counts nobody."""
    return absolute(reverse("session_short", args=[session.pk]))
