"""`bin/run` as a person uses it: real processes, ended in every way there is."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psycopg
import pytest

from core import processes
from core.embedded import Postgres
from core.launch import DEMO_PASSWORD
from core.preconditions import ROOT, prepare_folder, take_port
from features.accounts import seeds
from tests import ground
from tests.prove.site import free_port

PATIENCE = 300  # seconds: a bound for a busy machine, not an expectation


def stands_back(pid: int) -> bool | None:
    """None where the kernel knows no sessions."""
    path = Path(f"/proc/{pid}/autogroup")
    return not path.read_text().strip().endswith("nice 0") if path.exists() else None


class Launcher:
    def __init__(self, folder: Path, **values: str):
        self.folder, self.port = folder, free_port()
        quiet = {name: value for name, value in os.environ.items() if name not in ground.names()}
        values = {"PORT": str(self.port), "DATA_DIR": str(folder), **values}
        self.log = folder.parent / f"{folder.name}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "core.launch"], cwd=ROOT, env=quiet | values, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_until(self, words: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while words not in self.output:
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.05)

    def family(self) -> list[int]:
        """Every process below the launcher, whoever it runs as."""
        children: dict[int, list[int]] = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                _, _, rest = path.read_text().rpartition(")")
            except OSError:
                continue
            children.setdefault(int(rest.split()[1]), []).append(int(path.parent.name))
        found, wave = [], [self.process.pid]
        while wave:
            wave = [child for parent in wave for child in children.get(parent, [])]
            found += wave
        return found

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def clear_up(self) -> None:
        if self.process.poll() is None:
            self.end(signal.SIGTERM)
        Postgres(self.folder).stop()  # what a killed one leaves in the temporary folder


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + PATIENCE
    while any(is_alive(pid) for pid in pids):
        assert time.monotonic() < deadline, [pid for pid in pids if is_alive(pid)]
        time.sleep(0.02)


def get(url: str):
    return urllib.request.urlopen(url, timeout=PATIENCE)


@pytest.fixture(scope="module")
def static(tmp_path_factory):
    """Collected by the first start, used by the others."""
    return tmp_path_factory.mktemp("collected") / "static"


@pytest.fixture
def launch(tmp_path, static):
    launched = []

    def launch(folder=tmp_path / "data", **values):
        # Without the demo world a mail server is asked for; port 9 answers nobody, and nothing is sent.
        values = {
            "DEMO": "0",
            "EMAIL_URL": "smtp://127.0.0.1:9",
            "STATIC_ROOT": str(static),
            "WEB_WORKERS": "1",
        } | values
        launched.append(Launcher(folder, **values))
        return launched[-1]

    yield launch
    for launcher in launched:
        launcher.clear_up()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc; elsewhere the kernel does not end our children")
class TestALife:
    def test_from_nothing_to_the_demo_killed_started_again_and_stopped(self, launch, tmp_path):
        home = tmp_path / "home"
        home.mkdir(mode=0o700)
        first = launch(home / "data", DEMO="1", EMAIL_URL="", WEB_WORKERS="2")
        first.wait_until("Ctrl-C stops it")
        with get(f"http://localhost:{first.port}/") as page:
            assert page.status == 200
            css = re.search(r'href="(/static/css/[^"]+\.css)"', page.read().decode()).group(1)
        with get(f"http://localhost:{first.port}{css}") as style:
            assert "immutable" in style.headers["Cache-Control"]
        for words in (
            "learner@demo.example",
            "organiser@demo.example",
            seeds.DEMO_PASSWORD,
            f"http://localhost:{first.port}",
        ):
            assert words in first.output
        assert home.stat().st_mode & 0o777 == 0o700
        key = (home / "data/secret_key").read_text()
        assert (home / "data/secret_key").stat().st_mode & 0o777 == 0o600

        family = first.family()
        assert len(family) > 8  # two web processes and their parent, the worker, Postgres and its own
        assert not [pid for pid in family if stands_back(pid)]
        first.end(signal.SIGKILL)
        wait_until_gone(family)

        second = launch(home / "data", DEMO="1", EMAIL_URL="", WEB_WORKERS="2")
        second.wait_until("Ctrl-C stops it")
        assert "images are ready" not in second.output
        assert "tables" not in second.output
        assert (home / "data/secret_key").read_text() == key
        with psycopg.connect(f"host={home}/data/sockets user=masteryhub dbname=masteryhub") as connection:
            assert connection.execute(
                "SELECT count(*) FROM accounts_user WHERE email = 'learner@demo.example'"
            ).fetchone()[0]
        family = second.family()
        assert second.end(signal.SIGINT) == 0
        assert not any(is_alive(pid) for pid in family)
        assert "Traceback" not in first.output + second.output

    def test_a_child_stands_back_until_it_is_asked_again(self):
        child = processes.start(["sleep", "60"])
        try:
            if stands_back(child.pid) is None:
                pytest.skip("this kernel shares processors among all processes alike")
            for is_back in (True, False):
                processes.stand_back(child, is_back)
                assert stands_back(child.pid) is is_back
        finally:
            processes.stop([child], 5)

    def test_kill_9_while_it_starts_leaves_nothing_either(self, launch):
        launcher = launch()
        launcher.wait_until("the database is up")
        family = launcher.family()
        launcher.end(signal.SIGKILL)
        wait_until_gone(family)

    def test_what_dies_is_brought_back_and_a_dead_database_ends_it(self, launch):
        launcher = launch()
        launcher.wait_until("Ctrl-C stops it")
        for pid in launcher.family():
            if "run_worker" in Path(f"/proc/{pid}/cmdline").read_text():
                os.kill(pid, signal.SIGKILL)
        launcher.wait_until("The worker process has ended (-9) and is started again.")
        postmaster = int((launcher.folder / "postgres/postmaster.pid").read_text().split()[0])
        family = launcher.family()
        os.kill(postmaster, signal.SIGKILL)
        assert launcher.process.wait(PATIENCE) == 1
        assert "The database has stopped" in launcher.output
        assert not any(is_alive(pid) for pid in family)


class TestWhatIsWrong:
    def refusal(self, launcher) -> str:
        assert launcher.process.wait(PATIENCE) == 1, launcher.output
        assert "Traceback" not in launcher.output
        return launcher.output.strip().splitlines()[-1]

    @pytest.mark.parametrize("address", ["127.0.0.1", "::1"])  # what a browser may take localhost for
    def test_a_port_that_is_taken(self, launch, address):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.create_server((address, 0), family=family) as other:
            port = other.getsockname()[1]
            words = self.refusal(launch(PORT=str(port)))
        assert words == (
            f"Port {port} is taken by another program: stop that one, or choose another port with PORT={port + 1}."
        )

    def test_a_port_that_another_site_is_about_to_take(self, launch):
        """Of two that start at the same moment both would find it free, and granian would share it in silence."""
        port = free_port()
        with take_port("localhost", port):
            assert f"Port {port} is taken by another program" in self.refusal(launch(PORT=str(port)))

    def test_a_foreign_address(self, launch):
        assert "HOST=192.0.2.1 is no address of this machine" in self.refusal(launch(HOST="192.0.2.1"))

    def test_a_data_folder_that_is_a_file(self, launch, tmp_path):
        (tmp_path / "data").write_text("")
        assert "cannot be used" in self.refusal(launch())

    def test_a_data_folder_that_another_one_uses(self, launch, tmp_path):
        lock = prepare_folder(tmp_path / "data")
        assert f"in use by process {os.getpid()}" in self.refusal(launch())
        os.close(lock)

    def test_a_production_without_its_settings_names_each(self, launch):
        words = launch(HOST="0.0.0.0", EMAIL_URL="", SECRET_KEY="short")
        self.refusal(words)
        assert "EMAIL_URL is missing" in words.output
        assert "SECRET_KEY is missing or weak" in words.output

    def test_a_number_that_is_none(self, launch):
        assert '"WORKER_THREADS" invalid' in self.refusal(launch(WORKER_THREADS="many"))

    def test_a_damaged_database(self, launch, tmp_path):
        (tmp_path / "data/postgres").mkdir(parents=True)
        assert "bring that folder back from a backup" in self.refusal(launch())

    def test_a_database_of_ones_own_that_does_not_answer(self, launch):
        words = self.refusal(launch(DATABASE_URL="postgres://nobody@127.0.0.1:9/nothing"))
        assert "DATABASE_URL" in words


def test_the_password_that_is_printed_is_the_one_that_works():
    assert DEMO_PASSWORD == seeds.DEMO_PASSWORD
