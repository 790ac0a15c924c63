"""How a receiver knows that what was posted is the sender's, unchanged, and not an old one sent again: webhooks that
leave, and mail that comes in.

    Webhook-Signature: t=1767225600,v1=2fa8…

`v1` is HMAC-SHA256, in hexadecimal, with the shared secret over `t`, a full stop, and the body as it came. There
may be several `v1`: one that fits is enough. A receiver refuses a `t` that is more than five minutes off.
"""

import hashlib
import hmac

from core.text import number

TOLERANCE = 300


def sign(body: str | bytes, secrets: list[str], timestamp: int) -> str:
    said = f"{timestamp}.".encode() + (body.encode() if isinstance(body, str) else body)
    made = [hmac.new(secret.encode(), said, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={timestamp}", *(f"v1={signature}" for signature in made)])


def is_signed(body: str | bytes, secret: str, header: str, now: int) -> bool:
    """What a receiver does."""
    parts = [part.partition("=")[::2] for part in header.split(",")]
    sent = number(next((value for name, value in parts if name == "t"), ""))
    if sent is None or abs(now - sent) > TOLERANCE:
        return False
    expected = sign(body, [secret], sent).partition("v1=")[2]
    return any(hmac.compare_digest(value.encode(), expected.encode()) for name, value in parts if name == "v1")
