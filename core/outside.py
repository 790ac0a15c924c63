"""Requests to addresses that members name. They reach the public internet and nothing of ours: the name is looked up
once, every address that it has must be a public one, and the connection goes to the one that was looked at."""

import contextlib
import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.db import refuse_open_transaction

TIMEOUT = 10  # seconds, for all of it
LONGEST_ANSWER = 500
# Addresses that carry another one in themselves may lead to a private one.
CARRIERS = [ipaddress.ip_network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")]
EMAIL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+\.\w+")


class AddressRefused(Exception):
    def __init__(self, words):
        super().__init__(str(words))
        self.words = words


@dataclass(frozen=True)
class Answer:
    milliseconds: int
    status: int | None = None
    error: str = ""
    text: str = ""


def loopback_is_allowed() -> bool:
    """On a demo that only its own machine can reach, so that webhooks can be tried out there."""
    return settings.DEMO and settings.IS_LOOPBACK


def check(url: str) -> None:
    """What can be said of an address without looking it up. Raises AddressRefused."""
    try:
        parts, port = urlsplit(url), urlsplit(url).port
    except ValueError:
        raise AddressRefused(_("This is no address.")) from None
    host = (parts.hostname or "").rstrip(".")
    if parts.username or parts.password:
        raise AddressRefused(_("Leave name and password out of the address."))
    if not host or port == 0 or not url.isascii() or not url.isprintable() or " " in url:
        raise AddressRefused(_("This is no address."))
    if loopback_is_allowed() and host in ("localhost", "127.0.0.1", "::1") and parts.scheme in ("http", "https"):
        return
    if parts.scheme != "https":
        raise AddressRefused(_("The address has to begin with https://."))
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        if "." not in host or host.endswith((".local", ".internal", ".localhost", ".home.arpa")):
            raise AddressRefused(_("This name is not one of the public internet.")) from None
    else:
        if not is_public(literal):
            raise AddressRefused(_("This address is not one of the public internet."))


def is_public(address) -> bool:
    if address.version == 6 and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.version == 6 and any(address in network for network in CARRIERS):
        return False
    return address.is_global and not address.is_multicast


def look_up(host: str, port: int) -> str:
    """The address to connect to. One private address among several is refused as a whole: names are changed at will."""
    found = {entry[4][0] for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    for text in found:
        address = ipaddress.ip_address(text.partition("%")[0])
        if not (is_public(address) or (loopback_is_allowed() and address.is_loopback)):
            raise AddressRefused(_("This name leads to an address that is not one of the public internet."))
    return min(found, key=lambda text: (":" in text, text))  # IPv4 first: not every server has the other


class Pinned(http.client.HTTPConnection):
    """Speaks to `address` as `host`: the certificate, too, is asked for that name."""

    def __init__(self, host, port, address, *, tls):
        super().__init__(host, port, timeout=TIMEOUT)
        self.address, self.tls = address, tls
        self.default_port = 443 if tls else 80
        self.was_cut = False

    def connect(self):
        self.sock = socket.create_connection((self.address, self.port), self.timeout)
        if self.tls:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock.do_handshake()

    def cut(self):
        """End it from another thread: a server that sends a byte a second never runs into a timeout of its own."""
        self.was_cut = True
        if self.sock:
            with contextlib.suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


def post(url: str, body: str, headers: dict[str, str]) -> Answer:
    """Send `body`, follow nothing, and read the beginning of what comes back. Failures are answers too."""
    started = time.monotonic()

    def since() -> int:
        return round((time.monotonic() - started) * 1000)

    try:
        status, text = _post(url, body, headers)
    except AddressRefused:
        return Answer(since(), error="address_refused")
    except (socket.gaierror, UnicodeError):
        return Answer(since(), error="unknown_name")
    except ssl.SSLError:
        return Answer(since(), error="certificate")
    except (OSError, http.client.HTTPException) as error:
        late = isinstance(error, TimeoutError) or time.monotonic() - started >= TIMEOUT
        return Answer(since(), error="timeout" if late else "connection")
    error = "" if 200 <= status < 300 else "redirect" if 300 <= status < 400 else "status"
    return Answer(since(), status=status, error=error, text=_tidy(text))


@contextlib.contextmanager
def connected(url: str) -> Iterator[tuple[Pinned, str]]:
    """A connection to where `url` leads, and the path to ask it for; it ends after TIMEOUT, whatever the other side
    does. Raises AddressRefused, and what http.client and sockets raise."""
    refuse_open_transaction("Somebody's server")
    check(url)
    parts = urlsplit(url)
    tls = parts.scheme == "https"
    port = parts.port or (443 if tls else 80)
    host = parts.hostname or ""
    connection = Pinned(host, port, look_up(host, port), tls=tls)
    timer = threading.Timer(TIMEOUT, connection.cut)
    timer.start()
    try:
        yield connection, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if connection.was_cut:  # to the parser that looks like the end of a short answer
            raise TimeoutError
    finally:
        timer.cancel()
        connection.close()


def _post(url, body, headers):
    with connected(url) as (connection, path):
        connection.request("POST", path, body.encode(), headers)
        response = connection.getresponse()
        return response.status, response.read(4 * LONGEST_ANSWER)


def _tidy(text: bytes) -> str:
    """What may be kept of an answer: its beginning, in one line, without addresses of people."""
    plain = "".join(c if c.isprintable() else " " for c in text.decode("utf-8", "replace"))
    return EMAIL.sub("…", plain)[:LONGEST_ANSWER]
