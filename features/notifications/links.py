"""The address that stops one group of letters to one person. It lives as long as the letter: stopping harms nobody."""

from django.core.signing import Signer
from django.urls import reverse

from core.seo import absolute

PURPOSE = "notifications.unsubscribe"


def token(person_id: int, group: str) -> str:
    return Signer(salt=PURPOSE, sep="~").sign(f"{person_id}.{group}")


def read(text: str) -> tuple[int, str]:
    """Whose letters of which group. Raises django.core.signing.BadSignature for a forgery."""
    person_id, _dot, group = Signer(salt=PURPOSE, sep="~").unsign(text).partition(".")
    return int(person_id), group


def unsubscribe_url(person_id: int, group: str) -> str:
    return absolute(reverse("unsubscribe", args=[token(person_id, group)]))
