"""`bin/run`: the whole site as children of one process. bin/bootstrap.py has put the packages in place before."""

import contextlib
import hashlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from dotenv import dotenv_values

from core import processes, stamps
from core.embedded import Postgres
from core.preconditions import (
    LOOPBACK,
    ROOT,
    YES,
    bind_address,
    check_port,
    configuration,
    is_demo,
    prepare_folder,
    secret_key,
    take_port,
)
from core.processes import Trouble

MANAGE = [sys.executable, str(ROOT / "manage.py")]
DEMO_ACCOUNTS = ("learner", "expert", "mentor", "moderator", "organiser")
DEMO_PASSWORD = "skills-for-all"  # noqa: S105 - public by intent; features/accounts/seeds.py gives it to the accounts
STAND_IN, LOCAL_KEY = "tests.local_stripe", "sk_test_local"  # it is started, never imported
GRACE = 3  # seconds that a request or a task in progress has after Ctrl-C
RESTARTS_PER_MINUTE = 5


def web_command(host: str, port: int, workers: int, grace: int = GRACE) -> list[str]:
    return [
        sys.executable, "-m", "granian", "core.wsgi:application", "--interface", "wsgi",
        "--host", bind_address(host), "--port", str(port), "--workers", str(workers),
        "--blocking-threads", "4",  # granian's own choice is 256, each with a database connection
        "--no-ws", "--respawn-failed-workers", "--workers-kill-timeout", str(grace), "--log-level", "warning",
    ]  # fmt: skip


def worker_command() -> list[str]:
    return [*MANAGE, "run_worker"]


def stands_in(values: dict[str, str]) -> bool:
    """Beside the demo, where nobody gave a key or said no, and the stand-in for Stripe is there: an image has none."""
    is_here = (ROOT / STAND_IN.replace(".", "/") / "__main__.py").exists()
    is_wanted = values.get("LOCAL_STRIPE", "1").lower() in YES
    return is_here and is_wanted and is_demo(values) and values.get("STRIPE_SECRET_KEY", LOCAL_KEY) == LOCAL_KEY


def local_stripe(values: dict[str, str]) -> dict[str, str]:
    """Its page stands on a port of its own, a thousand above the site's if that is free."""
    port = int(values["PORT"]) + 1000
    try:
        check_port("localhost", port)
    except (Trouble, OverflowError):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
    return {
        "STRIPE_SECRET_KEY": LOCAL_KEY,
        "STRIPE_WEBHOOK_SECRET": f"whsec_{hashlib.sha256(values['SECRET_KEY'].encode()).hexdigest()}",
        "STRIPE_API_URL": f"http://localhost:{port}",
    }


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the terminal is this program's page


class Step:
    """One line of progress with the seconds it took."""

    def __init__(self):
        self.started = time.monotonic()

    def done(self, name: str) -> None:
        say(f"{time.monotonic() - self.started:6.1f} s  {name}")


class Command(Step):
    """A management command that runs beside the other steps."""

    def __init__(self, name: str, *arguments: str, values: dict[str, str]):
        super().__init__()
        self.name = name
        self.log = Path(values["DATA_DIR"]) / "logs" / f"{name}.log"
        with self.log.open("wb") as log:
            self.process = processes.start(
                [*MANAGE, name, *arguments], cwd=ROOT, env=values, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def finish(self, name: str) -> None:
        if self.process.wait():
            output = self.log.read_text(errors="replace")
            processes.raise_if_known(output)
            lines = [line.strip() for line in output.splitlines() if line.strip()]
            reason = lines[-1].rstrip(".") if lines else "it says nothing"
            raise Trouble(f"`manage.py {self.name}` failed ({reason}): {self.log} tells more.")
        self.done(name)


class Work:
    """A command that leaves a stamp when it is done, and is not done again as long as that still holds."""

    def __init__(
        self, name: str, *arguments: str, stamp: Path, holds: Callable[[dict[str, str]], str], values: dict[str, str]
    ):
        self.stamp, self.holds, self.values = stamp, holds, values
        is_done = stamp.exists() and stamp.read_text() == holds(values)
        self.command = None if is_done else Command(name, *arguments, values=values)

    def finish(self, name: str) -> None:
        if self.command:
            self.command.finish(name)
            self.stamp.write_text(self.holds(self.values))


def collect_static(values: dict[str, str]) -> Work:
    stamp = Path(values["STATIC_ROOT"]).with_suffix(".stamp")
    return Work("collectstatic", "--noinput", stamp=stamp, holds=stamps.of_static, values=values)


def prepare_database(stamp: Path, values: dict[str, str]) -> Work:
    """It waits for the database; but whether an old stamp holds is asked of one that is up."""
    return Work("prepare", "--wait", stamp=stamp, holds=stamps.of_database, values=values)


def check_settings(values: dict[str, str]) -> None:
    """The site's own checks, before anything is made: they read settings only, which takes a third of a second."""
    os.environ.update(values, DJANGO_SETTINGS_MODULE="core.settings")
    from core import checks

    try:
        found = [text for _, text in checks.problems()]
    except ValueError as problem:  # a number that is none, an address that cannot be read
        raise Trouble(f"{problem} .env.example explains each name.") from None
    if found:
        raise Trouble("\n".join(found))


def check_database(url: str) -> None:
    try:
        psycopg.connect(url, connect_timeout=10).close()
    except psycopg.Error as problem:
        reason = str(problem).strip().splitlines()[0].rstrip(".")
        raise Trouble(
            f"The database that DATABASE_URL names is not to be had ({reason}): correct one of the two."
        ) from None


def wait_for_page(values: dict[str, str], is_coming: Callable[[], bool]) -> None:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(values["HOST"], bind_address(values["HOST"]))  # noqa: S104
    while is_coming():
        connection = http.client.HTTPConnection(host, int(values["PORT"]), timeout=60)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            connection.request("GET", "/", headers={"Host": urlsplit(values["SITE_URL"]).netloc})
            status = connection.getresponse().status
            if status < 500:
                return
            raise Trouble(f"The first page answers with status {status}: what the server says stands above.")
        time.sleep(0.05)
    raise Trouble("The web server does not start: what it says stands above.")


class Site:
    def __init__(self, values: dict[str, str]):
        self.values = values
        self.folder = Path(values["DATA_DIR"])
        self.postgres: Postgres | None = None
        self.works: list[Work] = []
        self.children: dict[str, subprocess.Popen] = {}
        self.restarts: list[float] = []

    def start(self) -> None:
        """Whatever does not need the other runs beside it: database, styles, web; the web waits for the demo world."""
        self.port = take_port(self.values["HOST"], int(self.values["PORT"]))
        self.lock = prepare_folder(self.folder)
        if "SECRET_KEY" not in self.values:
            self.values["SECRET_KEY"] = secret_key(self.folder)
        if stands_in(self.values):
            self.values |= local_stripe(self.values)
        check_settings(self.values)
        step = Step()
        if "DATABASE_URL" in self.values:
            check_database(self.values["DATABASE_URL"])
        else:
            self.postgres = Postgres(self.folder)
            self.values["DATABASE_URL"] = self.postgres.choose_place()
        stamp = self.folder / "prepared.stamp"
        prepare = None if stamp.exists() else self.begin(prepare_database(stamp, self.values))
        if self.postgres:
            self.postgres.start()
        step.done("the database is up")
        prepare = prepare or self.begin(prepare_database(stamp, self.values))
        static = self.begin(collect_static(self.values))
        static.finish("styles, scripts and images are ready")
        self.spawn("web")
        processes.stand_back(self.children["web"])
        prepare.finish("tables and demo world are in place" if is_demo(self.values) else "tables are in place")
        processes.stand_back(self.children["web"], False)
        if "STRIPE_API_URL" in self.values and stands_in(self.values):
            self.spawn("local Stripe")
        step = Step()
        wait_for_page(self.values, lambda: self.children["web"].poll() is None)
        step.done("the first page is served")
        self.spawn("worker")

    def begin(self, work: Work) -> Work:
        self.works.append(work)
        return work

    def spawn(self, name: str) -> None:
        command, environment = worker_command(), self.values
        if name == "local Stripe":
            command = [sys.executable, "-m", STAND_IN]
        if name == "web":
            command = web_command(self.values["HOST"], int(self.values["PORT"]), int(self.values["WEB_WORKERS"]))
            # granian shows its environment to every request: the site forgets the secrets there once it has read them.
            environment = {**self.values, "KEEP_ENVIRONMENT": "0"}
        self.children[name] = processes.start(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL)

    def watch(self) -> None:
        """Brings back what dies, until something dies too often."""
        while True:
            time.sleep(0.5)
            if self.postgres and not self.postgres.is_alive():
                raise Trouble(f"The database has stopped: {self.postgres.log} tells why; start again.")
            for name, child in self.children.items():
                if child.poll() is None:
                    continue
                processes.end_session(child)
                now = time.monotonic()
                self.restarts = [moment for moment in self.restarts if now - moment < 60] + [now]
                if len(self.restarts) > RESTARTS_PER_MINUTE:
                    raise Trouble(f"The {name} process keeps ending: what it says stands above.")
                say(f"The {name} process has ended ({child.returncode}) and is started again.")
                self.spawn(name)

    def stop(self) -> None:
        commands = [work.command.process for work in self.works if work.command]
        processes.stop(commands + list(self.children.values()), GRACE + 1)
        if self.postgres:
            self.postgres.stop()

    def greet(self, seconds: float) -> None:
        say(f"\nMasteryHub is ready after {seconds:.1f} s: {self.values['SITE_URL']}")
        if is_demo(self.values):
            say("Sign in as " + ", ".join(f"{name}@demo.example" for name in DEMO_ACCOUNTS))
            say(f"with the password {DEMO_PASSWORD}")
        elif self.values["HOST"] not in LOOPBACK:
            say("No demo accounts: their password is public, so they exist on a loopback HOST only.")
        say(f"Ctrl-C stops it; the data stays in {self.folder}")


def interrupt(number, frame):
    raise KeyboardInterrupt


def main() -> int:
    started = time.monotonic()
    signals = {signal.SIGINT, signal.SIGTERM}
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup
        signals.add(signal.SIGHUP)
    for number in signals:
        signal.signal(number, interrupt)
    site = None
    try:
        read = {name: value or "" for name, value in dotenv_values(ROOT / ".env").items()}
        site = Site(configuration({**read, **os.environ}))
        site.start()
        site.greet(time.monotonic() - started)
        site.watch()
    except (Trouble, OSError) as problem:
        print(processes.sentence(problem), file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        say("\nStopping.")
    finally:
        for number in signals:  # a second Ctrl-C does not interrupt the clearing up, which is bounded
            signal.signal(number, signal.SIG_IGN)
        if site:
            site.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
