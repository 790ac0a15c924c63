"""The two encrypted ways to a mail server, against a real one with a certificate of its own."""

import ssl
from datetime import timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.test import override_settings
from django.utils import timezone

from core.jobs import enqueue, outbox
from core.models import Outbox
from tests.core.workers import Sink

LETTER = "tests.core.job_tasks.letter"


@pytest.fixture
def certified(tmp_path, monkeypatch):
    """A server's side of TLS, with a certificate that this process trusts."""
    key, now = ec.generate_private_key(ec.SECP256R1()), timezone.now()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def through(port, **how):
    options = {"host": "127.0.0.1", "port": port, "timeout": 5, **how}
    return override_settings(MAILERS={"default": {"BACKEND": "core.smtp.EmailBackend", "OPTIONS": options}})


@pytest.mark.parametrize("way", ["use_ssl", "use_tls"])
def test_a_letter_is_handed_over_once_through_tls(effects, certified, way):
    options = {"ssl_context": certified} if way == "use_ssl" else {"tls_context": certified, "require_starttls": True}
    enqueue(LETTER, 1)
    notes = outbox.Notes()
    with Sink(**options) as sink, through(sink.port, **{way: True}):
        outbox.attempt(outbox.claim(), notes)
    notes.close()
    row = Outbox.objects.get()
    assert (row.last_error, bool(row.done_at), bool(row.handed_over_at)) == ("", True, True)
    assert list(sink.accepted().values()) == [1]


def test_a_server_that_nobody_vouches_for_gets_nothing(effects, certified, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with Sink(tls_context=certified) as sink:
        enqueue(LETTER, 1)
        with through(sink.port, use_tls=True):
            outbox.attempt(outbox.claim())
        assert Outbox.objects.get().last_error == "SSLCertVerificationError"
        assert not sink.seen
