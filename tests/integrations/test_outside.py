"""Where a member's address may lead: to the public internet, and to nothing of ours."""

import ipaddress
import socket
import threading
import time

import pytest

from core import outside
from core.outside import AddressRefused
from tests.integrations.conftest import Receiver, serving

PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "64:ff9b::7f00:1", "2002:7f00:1::1", "2001:0:7f00:1::1",
]  # fmt: skip


@pytest.mark.parametrize("text", PRIVATE)
def test_private_addresses_are_refused_however_they_are_written(text):
    assert not outside.is_public(ipaddress.ip_address(text))
    host = f"[{text}]" if ":" in text else text
    with pytest.raises(AddressRefused):
        outside.check(f"https://{host}/hook")


@pytest.mark.parametrize("text", ["93.184.215.14", "2606:2800:21f:cb07::1", "::ffff:93.184.215.14"])
def test_public_addresses_are_not(text):
    assert outside.is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "ftp://example.com/", "file:///etc/passwd", "https://localhost/", "https://intranet/",
        "https://db.internal/", "https://printer.local/", "https://user:secret@example.com/", "https://", "https:///x",
        "https://example.com:0/", "https://example.com:99999/", "https://exa mple.com/", "https://example.com/\r\nX: y",
        "https://ex\u00e4mple.com/", "javascript:alert(1)", "https://[::1/", "https://localhost./",
    ],
)  # fmt: skip
def test_what_is_no_public_https_address_is_refused(url):
    with pytest.raises(AddressRefused):
        outside.check(url)


def test_an_address_of_the_internet_is_taken():
    outside.check("https://hooks.example.com:8443/a/b?c=d")


def answers(monkeypatch, *addresses):
    found = [(socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, 443)) for a in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: found)


def test_a_name_with_one_private_address_is_refused_as_a_whole(monkeypatch):
    answers(monkeypatch, "93.184.215.14", "10.0.0.5")
    with pytest.raises(AddressRefused):
        outside.look_up("hooks.example.com", 443)
    answers(monkeypatch, "2606:2800:21f:cb07::1", "93.184.215.14")
    assert outside.look_up("hooks.example.com", 443) == "93.184.215.14"


def test_the_name_is_looked_up_once_and_the_connection_goes_there(monkeypatch, receiver):
    """Otherwise a name could change between the look and the leap."""
    real, looked_up, went = socket.getaddrinfo, [], []

    def once(host, *args, **more):
        looked_up.append(host)
        return real(host, *args, **more)

    connect = socket.create_connection
    monkeypatch.setattr(socket, "getaddrinfo", once)
    monkeypatch.setattr(socket, "create_connection", lambda to, *more: went.append(to[0]) or connect(to, *more))
    port = receiver.url.partition("127.0.0.1:")[2].partition("/")[0]
    assert outside.post(f"http://localhost:{port}/", "{}", {}).status == 200
    assert went == ["127.0.0.1"]
    assert [host for host in looked_up if host == "localhost"] == ["localhost"]


@pytest.mark.parametrize(("demo", "own_machine_only"), [(False, True), (True, False)])
def test_loopback_is_refused_where_others_can_reach_the_site(settings, demo, own_machine_only):
    settings.DEMO, settings.IS_LOOPBACK = demo, own_machine_only
    with serving(Receiver()) as receiver:
        assert outside.post(receiver.url, "{}", {}).error == "address_refused"
        assert outside.post(receiver.url.replace("http:", "https:"), "{}", {}).error == "address_refused"
        settings.DEMO = settings.IS_LOOPBACK = True
        assert outside.post(receiver.url, "{}", {}).status == 200
    assert len(receiver.seen) == 1


def test_redirects_are_not_followed(receiver):
    receiver.status, receiver.headers = 302, {"Location": receiver.url}
    answer = outside.post(receiver.url, "{}", {})
    assert (answer.status, answer.error, len(receiver.seen)) == (302, "redirect", 1)


def test_an_answer_is_cut_short_and_names_no_address_of_a_person(receiver):
    receiver.answer = b"hello ada@example.org\n\x1b[31m" + b"x" * 10_000
    text = outside.post(receiver.url, "{}", {}).text
    assert len(text) == 500
    assert "@" not in text
    assert text.isprintable()


def test_a_server_that_dawdles_is_left(monkeypatch, loopback):
    """One byte at a time, each before the socket's own time is over."""
    monkeypatch.setattr(outside, "TIMEOUT", 0.4)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip():
            connection, _from = server.accept()
            with connection:
                connection.recv(1000)
                try:
                    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                    while True:
                        connection.sendall(b"x")
                        time.sleep(0.05)
                except OSError:
                    return

        thread = threading.Thread(target=drip)
        thread.start()
        answer = outside.post(f"http://127.0.0.1:{server.getsockname()[1]}/", "{}", {})
        thread.join()
    assert answer.error == "timeout"


def test_what_cannot_be_reached_is_an_answer_too(loopback):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    assert outside.post(f"http://127.0.0.1:{free}/", "{}", {}).error == "connection"
    assert outside.post("https://no-such-name.invalid/", "{}", {}).error in ("unknown_name", "address_refused")
