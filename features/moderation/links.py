"""The way to a sanction's page for whoever it is about, who may not be able to log in: signed, for that alone."""

from datetime import timedelta

from django.core.signing import TimestampSigner
from django.urls import reverse

PURPOSE = "moderation.sanction"
GOOD_FOR = timedelta(days=400)


def page_of(sanction) -> str:
    return reverse("sanction", args=[TimestampSigner(salt=PURPOSE, sep="~").sign(sanction.public_id)])


def read(text: str) -> str:
    """The id in the token. Raises django.core.signing.BadSignature for another purpose, a forgery or an old one."""
    return TimestampSigner(salt=PURPOSE, sep="~").unsign(text, max_age=GOOD_FOR)
