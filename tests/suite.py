"""`bin/test`: every check there is, on an own Postgres, in two lanes; `bin/test PATH …` hands PATH to pytest alone."""

import os
import secrets
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from core import processes
from core.preconditions import ROOT
from core.processes import Trouble
from tests.ground import fresh_ground

PYTHON = sys.executable
BIN = Path(PYTHON).parent
PROCESSORS = os.cpu_count() or 1
PATIENCE = 60 * 60  # seconds for one step: what hangs is ended and has failed
# What `check --deploy` looks at is a production; no password here opens anything.
PRODUCTION = {
    "HOST": "0.0.0.0",
    "SECRET_KEY": secrets.token_urlsafe(50),
    "SITE_URL": "https://learn.example.org",
    "EMAIL_URL": "smtp+tls://site:letters@mail.example.org:587",
}


@dataclass
class Step:
    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    is_live: bool = False  # shown as it goes, instead of when it fails
    after: str = ""  # starts when this one has ended
    process: subprocess.Popen | None = None
    output: Path | None = None
    started = ended = 0.0

    def start(self, environment: dict[str, str], folder: Path) -> None:
        self.started = time.monotonic()
        self.output = folder / (self.name.replace(" ", "-") + ".txt")
        with self.output.open("wb") as file:
            target = None if self.is_live else file
            self.process = processes.start(
                self.command, cwd=ROOT, env=environment | self.environment,
                stdin=subprocess.DEVNULL, stdout=target, stderr=target and subprocess.STDOUT,
            )  # fmt: skip

    def has_ended(self) -> bool:
        """Also ends what takes too long, and tells about what has just ended."""
        if self.ended:
            return True
        if self.process is None:
            return False
        if self.process.poll() is None:
            if time.monotonic() - self.started < PATIENCE:
                return False
            processes.stop([self.process], 5)
        self.ended = time.monotonic()
        if not self.is_live:
            if self.failed:
                print(f"\n--- {self.name}\n{self.output.read_text(errors='replace').rstrip()}")
            print(self.line, flush=True)
        return True

    @property
    def failed(self) -> bool:
        return self.process is None or self.process.returncode != 0

    @property
    def line(self) -> str:
        return f"{'FAILED' if self.failed else 'ok':>6}  {self.ended - self.started:6.1f} s  {self.name}"


def steps(folder: Path, database: str) -> list[list[Step]]:
    """Lanes: the steps of one run one after the other, the lanes run beside each other. Tests wait for what they start,
    and journeys for their browser, so these run beside each other too, in databases of their own. Five processes on two
    processors instead of three took a twelfth more of their time for the same work."""
    journeys = {"DATABASE_URL": urlsplit(database)._replace(path="/journeys").geturl()}
    manage = [PYTHON, "manage.py"]
    return [
        [
            Step("ruff", [str(BIN / "ruff"), "check", "."]),
            Step("format", [str(BIN / "ruff"), "format", "--check", "."]),
            Step("import contracts", [str(BIN / "lint-imports")]),
            Step("migrations", [*manage, "makemigrations", "--check", "--dry-run"], PRODUCTION),
            Step("deployment check", [*manage, "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
            Step("types", [PYTHON, "-m", "mypy"]),
            Step("chromium", [PYTHON, "-m", "tests.chromium"]),
        ],
        [
            Step("tests", pytest(folder, "tests", PROCESSORS), is_live=True),
        ],
        [
            Step("end to end", pytest(folder, "e2e", max(1, PROCESSORS // 2)), journeys, after="chromium"),
        ],
    ]


def pytest(folder: Path, part: str, processes: int) -> list[str]:
    beside = str(processes) if processes > 1 else "0"  # one needs nobody who gives it tests
    return [PYTHON, "-m", "pytest", part, "-q", "-n", beside, f"--junit-xml={folder}/{part}.xml"]


def run(lanes: list[list[Step]], environment: dict[str, str], folder: Path) -> bool:
    everything = [step for lane in lanes for step in lane]
    by_name = {step.name: step for step in everything}
    try:
        while not all(step.ended for step in everything):
            for lane in lanes:
                step = next((step for step in lane if not step.has_ended()), None)
                if step and not step.process and (not step.after or by_name[step.after].ended):
                    step.start(environment, folder)
            time.sleep(0.05)
    finally:
        processes.stop([step.process for step in everything if step.process and not step.ended], 5)
    print("\n" + "\n".join(step.line for step in everything))
    return not any(step.failed for step in everything)


def totals(folder: Path) -> str:
    """The counts of all pytest runs together, in the words of its closing line."""
    counted = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for report in folder.glob("*.xml"):
        for suite in ElementTree.parse(report).iter("testsuite"):
            for name in counted:
                counted[name] += int(suite.get(name, 0))
    failed = counted["failures"] + counted["errors"]
    passed = counted["tests"] - failed - counted["skipped"]
    return f"{passed} passed, {failed} failed" + (f", {counted['skipped']} skipped" if counted["skipped"] else "")


def interrupt(number, frame):
    raise KeyboardInterrupt


def main(arguments: list[str]) -> int:
    started = time.monotonic()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    try:
        with fresh_ground("test", durable=False) as environment:
            folder = Path(environment["DATA_DIR"])
            if arguments:
                return part(arguments, environment)
            is_good = run(steps(folder, environment["DATABASE_URL"]), environment, folder)
            print(f"{'All is well' if is_good else 'Not all is well'} after {time.monotonic() - started:.0f} s.")
            print(totals(folder), flush=True)
            return 0 if is_good else 1
    except (Trouble, OSError) as problem:
        print(processes.sentence(problem), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def part(arguments: list[str], environment: dict[str, str]) -> int:
    if any(argument.startswith("e2e") for argument in arguments):
        subprocess.run([PYTHON, "-m", "tests.chromium"], cwd=ROOT, check=False)
    # In our own session: a debugger needs the terminal.
    process = processes.start([PYTHON, "-m", "pytest", *arguments], own_session=False, cwd=ROOT, env=environment)
    try:
        return process.wait()
    finally:
        processes.stop([process], 5)


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main(sys.argv[1:]))
