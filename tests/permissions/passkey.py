"""A passkey as a browser would have registered it: a key nobody holds, in the form that is stored."""

import hashlib
import json

from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

IDENTITY = b"passkey-of-the-guest"


def credential() -> dict:
    public = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    key = AttestedCredentialData.create(bytes(16), IDENTITY, public)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
    data = AuthenticatorData.create(hashlib.sha256(b"testserver").digest(), flags, 0, key)
    client = {"type": "webauthn.create", "challenge": "", "origin": "https://testserver"}
    return {
        "id": websafe_encode(IDENTITY),
        "rawId": websafe_encode(IDENTITY),
        "type": "public-key",
        "clientExtensionResults": {"credProps": {"rk": True}},
        "response": {
            "clientDataJSON": websafe_encode(json.dumps(client).encode()),
            "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
        },
    }
