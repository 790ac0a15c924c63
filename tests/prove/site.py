"""A real site for referees and tests: granian and the worker as processes, on a free port and a database of its own."""

import contextlib
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import psycopg

from core import processes
from core.launch import MANAGE, web_command, worker_command
from core.preconditions import ROOT
from tests.template import prepare

PATIENCE = 180  # seconds: a bound, not an expectation


class Site:
    def __init__(self, environment: dict[str, str], folder: Path, workers: int):
        self.environment, self.folder, self.workers = environment, folder, workers
        self.url = environment["SITE_URL"]
        self.database_url = environment["DATABASE_URL"]
        self.web: subprocess.Popen | None = None
        self.worker: subprocess.Popen | None = None

    def manage(self, *arguments: str) -> str:
        """Run a management command and answer what it printed."""
        command = [*MANAGE, *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"manage.py {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def ask(self, call: str) -> Any:
        """What a function of `tests.prove` answers inside of the site: `crowd.outcome()`."""
        module = call.partition(".")[0]
        code = f"import json; from tests.prove import {module}; print(json.dumps({call}))"
        return json.loads(self.manage("shell", "--verbosity", "0", "-c", code).splitlines()[-1])

    def start_web(self) -> None:
        port = urlsplit(self.url).port
        self.web = self._start(web_command("localhost", port, self.workers), "web", KEEP_ENVIRONMENT="0")
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            assert self.web.poll() is None, self.output("web")
            assert time.monotonic() < deadline, self.output("web")
            time.sleep(0.05)

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", urlsplit(self.url).port, timeout=PATIENCE)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            connection.request("GET", "/robots.txt", headers={"Host": urlsplit(self.url).netloc})
            return connection.getresponse().status < 500
        return False

    def start_worker(self) -> None:
        """Answers once it is at work: before that, a SIGTERM ends it without a goodbye."""
        before = len(self.output("worker")) if self.worker else 0
        self.worker = self._start(worker_command(), "worker")
        deadline = time.monotonic() + PATIENCE
        while '"started"' not in self.output("worker")[before:]:
            assert self.worker.poll() is None, self.output("worker")
            assert time.monotonic() < deadline, self.output("worker")
            time.sleep(0.02)

    def kill_worker(self) -> None:
        """kill -9, as the kernel does when memory runs out."""
        self._kill(self.worker)

    def kill_web(self) -> None:
        self._kill(self.web)

    def stop_worker(self, patience: float = 30) -> int:
        """SIGTERM, as a deployment does; answers the exit code."""
        processes.stop([self.worker], patience)
        return self.worker.returncode

    def stop(self) -> None:
        processes.stop([process for process in (self.web, self.worker) if process], 10)

    def output(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def _start(self, command: list[str], name: str, **more: str) -> subprocess.Popen:
        with (self.folder / f"{name}.log").open("ab") as log:
            return processes.start(
                command, cwd=ROOT, env=self.environment | more, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    @staticmethod
    def _kill(process: subprocess.Popen) -> None:
        process.send_signal(signal.SIGKILL)
        processes.end_session(process)


@contextlib.contextmanager
def running_site(
    workers: int = 2, worker: bool = True, environment: dict[str, str] | None = None, seed: bool = False
) -> Iterator[Site]:
    """A site on the server that DATABASE_URL names, in an empty database (or the demo world), which is dropped at the
    end. Letters are files in `folder`/mail unless `environment` names a mail server."""
    server = urlsplit(os.environ["DATABASE_URL"])
    name = f"site_{secrets.token_hex(6)}"
    folder = Path(tempfile.mkdtemp(prefix="masteryhub-site-"))
    port = free_port()
    values = {
        key: value for key, value in os.environ.items() if key not in {"TESTING", "DATABASE_POOL", "ALLOWED_HOSTS"}
    }
    values |= {
        "DATABASE_URL": server._replace(path="/" + name).geturl(),
        "DATA_DIR": str(folder),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "SITE_URL": f"http://localhost:{port}",
        "HOST": "localhost",
        "DEMO": "1",
        "EMAIL_URL": "",
        **(environment or {}),
    }
    site = Site(values, folder, workers)
    # Many need one: the prepared database is copied.
    is_copied = not seed
    # A connection for each statement: in between, a referee may have Postgres crash.
    _execute(server, f"CREATE DATABASE {name}" + (f" TEMPLATE {prepare()}" if is_copied else ""))
    try:
        if not is_copied:
            site.manage("prepare")
        site.start_web()
        if worker:
            site.start_worker()
        yield site
        if sys.exc_info()[0] is None:
            shutil.rmtree(folder)
    finally:
        site.stop()
        _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


def _execute(server: SplitResult, statement: str) -> None:
    with psycopg.connect(server._replace(path="/postgres").geturl(), autocommit=True) as connection:
        connection.execute(statement)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
