"""What must hold before the site starts: a configuration, a data folder of our own, a secret key, a free port."""

import errno
import fcntl
import os
import secrets
import socket
from pathlib import Path

from core import processes
from core.processes import Trouble

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
YES = {"1", "true", "t", "yes", "y", "on"}


def configuration(environment: dict[str, str]) -> dict[str, str]:
    """The environment of the children: what is set, completed with what a newcomer need not know."""
    values = {name: value for name, value in environment.items() if value != ""}
    values.setdefault("HOST", "localhost")
    values.setdefault("PORT", "8000")
    values.setdefault("WEB_WORKERS", "2")
    for name, most in (("PORT", 65535), ("WEB_WORKERS", 64)):
        if not values[name].isdecimal() or not 1 <= int(values[name]) <= most:
            raise Trouble(f"{name}={values[name]} does not work: give a number between 1 and {most}.")
    values["DATA_DIR"] = str((ROOT / values.get("DATA_DIR", ".data")).absolute())
    values.setdefault("STATIC_ROOT", str(Path(values["DATA_DIR"]) / "static"))
    values.setdefault("SITE_URL", f"http://localhost:{values['PORT']}")
    if "DEMO" not in values:
        # The password of the demo accounts is public: they never go into a database that somebody brought.
        values["DEMO"] = "1" if values["HOST"] in LOOPBACK and "DATABASE_URL" not in values else "0"
    if is_demo(values) and values["HOST"] not in LOOPBACK:
        raise Trouble(
            f"The demo accounts have a public password and are refused on HOST={values['HOST']}: use HOST=localhost, "
            "or leave DEMO out."
        )
    return values


def is_demo(values: dict[str, str]) -> bool:
    return values["DEMO"].lower() in YES


def bind_address(host: str) -> str:
    return "127.0.0.1" if host == "localhost" else host


def prepare_folder(folder: Path) -> int:
    """Makes the data folder and takes its lock, which the kernel gives back when we die, however that is."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "logs").mkdir(exist_ok=True)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as problem:
        processes.raise_if_known(str(problem))
        raise Trouble(
            f"The data folder {folder} cannot be used ({problem.strerror}): start as the user who owns it, or choose "
            "another with DATA_DIR=…"
        ) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.pread(lock, 20, 0).decode() or "unknown"
        raise Trouble(
            f"The data folder {folder} is in use by process {holder}: stop that one first, or choose another with "
            "DATA_DIR=…"
        ) from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def secret_key(folder: Path) -> str:
    """Made once: a new key at every start would sign everybody out."""
    path = folder / "secret_key"
    if not path.exists() or not path.read_text().strip():
        draft = folder / "secret_key.new"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        draft.rename(path)
    return path.read_text().strip()


def take_port(host: str, port: int) -> socket.socket:
    """Takes a name, too, for as long as the answer lives: of two that start at once both find the port free. A name
    that is no file is known as far as the port is, and goes with us; systems without such names only look."""
    taken = socket.socket(socket.AF_UNIX)
    try:
        taken.bind(f"\0masteryhub {bind_address(host)} {port}")
    except OSError as problem:
        if _is_in_use(problem):
            raise Trouble(_taken(port)) from None
    check_port(host, port)
    return taken


def _taken(port: int) -> str:
    return f"Port {port} is taken by another program: stop that one, or choose another port with PORT={port + 1}."


def check_port(host: str, port: int) -> None:
    """Asked before anything is started: granian itself would share the port with another granian in silence."""
    try:
        _listen(bind_address(host), port)
    except PermissionError:
        raise Trouble(f"Port {port} is for root only: choose one above 1023, for example PORT=8000.") from None
    except socket.gaierror:
        raise Trouble(f"HOST={host} is no address: give the IP address of this machine to listen on.") from None
    except OSError as problem:
        raise Trouble(
            _taken(port) if _is_in_use(problem) else f"HOST={host} is no address of this machine: give another."
        ) from None
    if host == "localhost":  # browsers may try that name's other address first, and would open the other program
        try:
            _listen("::1", port)
        except OSError as problem:  # there may be no such address here
            if _is_in_use(problem):
                raise Trouble(_taken(port)) from None


def _listen(address: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((address, port))
        probe.listen()


def _is_in_use(problem: OSError) -> bool:
    return problem.errno == errno.EADDRINUSE
