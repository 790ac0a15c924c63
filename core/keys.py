"""What only this site can have written: a mark by its secret key, known again by its keys of before."""

from collections.abc import Iterator

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac


def marks(purpose: str, value: str | bytes) -> Iterator[str]:
    """HMAC-SHA256 of `value` in hexadecimal: the mark that is made now, then those that were made before. `purpose`
    keeps apart what is marked for different things."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        yield salted_hmac(purpose, value, secret=key, algorithm="sha256").hexdigest()


def is_marked(purpose: str, value: str | bytes, mark: str, length: int = 64) -> bool:
    """Whether `mark` is the first `length` digits of one of them, and nothing less."""
    return any(constant_time_compare(mark, known[:length]) for known in marks(purpose, value))
