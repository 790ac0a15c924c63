"""Real worker processes and a real mail server, for the tests and for `bin/prove jobs`."""

import contextlib
import email
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

from aiosmtpd.controller import Controller
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 180  # seconds: this is a bound, not an expectation


def until(is_so, patience=PATIENCE, every=0.02):
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if answer := is_so():
            return answer
        time.sleep(every)
    raise AssertionError(f"not within {patience} s: {getattr(is_so, '__name__', is_so)}")


def database_url() -> str:
    """The database of this test, for another process."""
    return urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + connection.settings_dict["NAME"]).geturl()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Worker:
    def __init__(self, folder: Path, mail_port: int = 9, lease: int = 2, **more: str):
        environment = os.environ | {
            "DATABASE_URL": database_url(),
            "SITE_URL": "http://localhost:8000",
            "DEMO": "1",
            "HOST": "localhost",
            "DATA_DIR": str(folder),
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "JOB_LEASE": str(lease),
            **more,
        }
        self.log = folder / f"worker-{time.monotonic_ns()}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.core.worker_main"],
                cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def has_started(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        return '"started"' in self.log.read_text()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, using=signal.SIGTERM) -> int:
        self.process.send_signal(using)
        return self.process.wait(PATIENCE)

    def family(self) -> set[int]:
        """Every process of its session, itself included."""
        found = set()
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError, ValueError):
                state, _parent, _group, session = entry.joinpath("stat").read_text().rpartition(")")[2].split()[:4]
                if int(session) == self.process.pid and state != "Z":
                    found.add(int(entry.name))
        return found


class Workers(list):
    """Those a test has started; none of them outlives it."""

    def __init__(self, folder: Path):
        super().__init__()
        self.folder = folder

    def start(self, **options) -> Worker:
        self.append(Worker(self.folder, **options))
        return self[-1]

    def end(self):
        for worker in self:
            worker.kill()


class Sink:
    """A mail server that counts what it accepted. `answer` decides on each letter, and may take its time."""

    def __init__(self, **options):
        self.letters: list[email.message.Message] = []
        self.addresses: list[str] = []
        self.seen: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.port = free_port()
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)

    def answer(self, letter) -> str:
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        letter, self.line = email.message_from_bytes(envelope.content), server.transport
        self.seen[letter["Message-ID"]] += 1
        answer = self.answer(letter)
        if not isinstance(answer, str):
            answer = await answer
        if answer.startswith("250"):
            self.letters.append(letter)
            self.addresses += envelope.rcpt_tos
        return answer

    def accepted(self) -> Counter[str]:
        return Counter(letter["Message-ID"] for letter in self.letters)

    def __enter__(self):
        self.controller.start()
        return self

    def __exit__(self, *_):
        self.controller.stop()


class StrictServer(contextlib.AbstractContextManager):
    """A mail server that, as Exim does, drops a letter if the line is dead when it has made up its mind, unless more
    was said on it. It reads whatever reached it, also from a sender that was killed."""

    def __init__(self, think):
        self.think = think
        self.accepted: Counter[str] = Counter()
        self.dropped = 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self.talk, args=self.listener.accept()[:1], daemon=True).start()

    def talk(self, line):
        with line, line.makefile("rb") as said, contextlib.suppress(OSError):
            line.sendall(b"220 ready\r\n")
            while word := said.readline()[:4].strip().upper():
                if word == b"EHLO":
                    line.sendall(b"250-localhost\r\n250 PIPELINING\r\n")
                elif word == b"DATA":
                    line.sendall(b"354 go on\r\n")
                    self.take(line, said)
                    line.sendall(b"250 thanks\r\n")
                else:
                    line.sendall(b"221 bye\r\n" if word == b"QUIT" else b"250 yes\r\n")

    def take(self, line, said):
        content = b""
        while (row := said.readline()) != b".\r\n":
            if not row:
                raise ConnectionError  # no dot, no letter
            content += row
        self.think()
        if self.is_dead(line, said):
            self.dropped += 1
        else:
            self.accepted[email.message_from_bytes(content)["Message-ID"]] += 1

    @staticmethod
    def is_dead(line, said) -> bool:
        line.setblocking(False)
        try:
            return not said.peek(1) and not line.recv(
                1, socket.MSG_PEEK
            )  # nothing was said behind the dot, nor will be
        except BlockingIOError:  # silent, so alive
            return False
        finally:
            line.setblocking(True)

    def __exit__(self, *_):
        self.listener.close()
