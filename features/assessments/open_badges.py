"""Open Badges 3.0: a badge as a verifiable credential, signed, and the list of what was revoked.

The key is made of the site's SECRET_KEY, so there is nothing to keep beside it: with another SECRET_KEY old signatures
no longer verify by our address, and the page of each badge still says what holds. Rows in, plain data out.
"""

import base64
import gzip
import hashlib
import hmac
from functools import lru_cache

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.urls import reverse

from core.seo import absolute

CONTEXT = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]
LEAST_PLACES = 131_072  # of a list of revocations, so that a list gives away nothing of who is looked up


@lru_cache(maxsize=1)
def _key(secret: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hmac.new(secret.encode(), b"open badges", hashlib.sha256).digest())


def key() -> Ed25519PrivateKey:
    return _key(settings.SECRET_KEY)


def public_key() -> dict:
    """As a JSON Web Key."""
    raw = key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    name = hashlib.sha256(raw).hexdigest()[:16]
    return {"kty": "OKP", "crv": "Ed25519", "x": _url64(raw), "kid": name, "alg": "EdDSA", "use": "sig"}


def sign(document: dict) -> str:
    """A credential as a compact JWS: what verifiers read."""
    kid = f"{absolute(reverse('badge_keys'))}#{public_key()['kid']}"
    return jwt.encode(document, key(), algorithm="EdDSA", headers={"kid": kid, "typ": "vc+jwt"})


def issuer() -> dict:
    return {
        "id": absolute(reverse("badge_issuer")),
        "type": ["Profile"],
        "name": settings.SITE_NAME,
        "url": absolute("/"),
    }


def credential(badge) -> dict:
    """`badge` comes with its skill and its person."""
    url = absolute(badge.get_absolute_url())
    at, low, high = (f"{value:.1f}" for value in (badge.level, badge.low, badge.high))
    said = f"Level {at} of 5 in {badge.skill.name}, nine times in ten between {low} and {high}."
    return {
        "@context": CONTEXT,
        "id": url,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": f"{badge.skill.name}, level {at}",
        "issuer": issuer(),
        "validFrom": _time(badge.issued_at),
        "validUntil": _time(badge.expires_at),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {"type": "IdentityObject", "hashed": False, "identityHash": badge.holders_name, "identityType": "name"}
            ],
            "achievement": {
                "id": f"{absolute(badge.skill.get_absolute_url())}#measured",
                "type": ["Achievement"],
                "achievementType": "Competency",
                "name": badge.skill.name,
                "description": badge.skill.description or badge.skill.name,
                "criteria": {"id": absolute(reverse("levels")), "narrative": said},
            },
            "result": [{"type": ["Result"], "value": at}],
        },
        "evidence": [
            {"id": f"{url}#{number}", "type": ["Evidence"], "name": _named(source)}
            for number, source in enumerate(badge.evidence, start=1)
        ],
        "credentialStatus": {
            "id": f"{absolute(reverse('badge_status'))}#{badge.pk}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(badge.pk),
            "statusListCredential": absolute(reverse("badge_status")),
        },
    }


def status_list(revoked, last: int, now) -> dict:
    """`revoked` are numbers of badges, `last` the highest there is."""
    size = max(LEAST_PLACES, last + 1)
    bits = bytearray((size + 7) // 8)
    for number in revoked:
        bits[number // 8] |= 0x80 >> number % 8
    url = absolute(reverse("badge_status"))
    return {
        "@context": CONTEXT[:1],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer()["id"],
        "validFrom": _time(now),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": "u" + _url64(gzip.compress(bytes(bits), mtime=0)),
        },
    }


def is_revoked(encoded: str, number: int) -> bool:
    """As a verifier reads the list."""
    bits = gzip.decompress(base64.urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4)))
    return bool(bits[number // 8] & 0x80 >> number % 8)


def _named(source: str) -> str:
    return "Adaptive assessment" if source.startswith("attempt:") else "Work judged by experts"


def _url64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _time(moment) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
