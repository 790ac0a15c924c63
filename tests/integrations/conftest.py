import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from core import outside
from features.integrations import services


@dataclass
class Receiver:
    """A real server on this machine that keeps what it is sent and answers as it is told."""

    url: str = ""
    status: int = 200
    headers: dict = field(default_factory=dict)
    answer: bytes = b"thanks"
    seen: list = field(default_factory=list)


@contextmanager
def serving(receiver):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
            receiver.seen.append((self.path, dict(self.headers), body))
            self.send_response(receiver.status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(receiver.answer)

        do_GET = do_POST

        def log_message(self, *args):
            """Tests are quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def loopback(monkeypatch):
    """As on a demo that only its own machine can reach: nowhere else may an address lead to this machine."""
    monkeypatch.setattr(outside, "loopback_is_allowed", lambda: True)


@pytest.fixture
def receiver(loopback):
    with serving(Receiver()) as receiver:
        yield receiver


@pytest.fixture(scope="module")
def make_token(kept):
    def make(person, *scopes, **more):
        lasts = more.pop("lasts", timedelta(days=90))
        return services.make_token(person=person, name="a script", wanted=scopes, lasts=lasts, **more)

    return make
