"""From a bare clone to the project's own Python: finds or fetches uv, finds a Python, installs what uv.lock names.

Runs in whatever Python 3.8+ the machine has, so it uses the standard library only. At the end this process becomes
`.venv/bin/python -m <module>`; when nothing changed since the last time, that is all it does.
"""

import contextlib
import glob
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import pypi

ROOT = pathlib.Path(__file__).resolve().parent.parent
VENV_PYTHON = ROOT / ".venv/bin/python"
STAMP = ROOT / ".venv/.synced.json"
BOOT = ROOT / ".boot"
UV = "0.13.9"
UV_AT_LEAST = (0, 9)  # reads the revision in which uv.lock is written
PYTHONS = ("3.13", "3.14", "3.12")  # in order of preference
MODULES = {"run": "core.launch", "test": "tests.suite", "prove": "tests.prove"}
GROUPS = {"run": {"embedded"}, "test": {"embedded", "dev", "matching"}, "prove": {"embedded", "dev", "matching"}}


class Trouble(Exception):
    """What is wrong and what cures it, in one sentence for the person at the terminal."""


def say(name, started):
    print(f"{time.monotonic() - started:6.1f} s  {name}", flush=True)


def answer(*command):
    """The output of a command, or "" when it is missing or fails."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else ""


# --- Python -----------------------------------------------------------------------------------------------------------
def find_python():
    """A Python between 3.12 and 3.14 that really runs, or None: then uv looks among its own and downloads one."""
    wanted = os.environ.get("UV_PYTHON")
    if wanted:
        return wanted
    pyenv = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    for version in PYTHONS:
        # A pyenv shim exists for every version ever installed and only says "command not found" for most of them.
        names = ["python" + version, *sorted(glob.glob(pyenv + "/versions/" + version + ".*/bin/python"), reverse=True)]
        if "{}.{}".format(*sys.version_info) == version:
            names.insert(0, sys.executable)
        for name in names:
            path = answer(name, "-c", "import sys, venv; print('{}.{}'.format(*sys.version_info), sys.executable)")
            if path.startswith(version + " "):
                return path.split(" ", 1)[1]
    return None


# --- uv ---------------------------------------------------------------------------------------------------------------
def find_uv():
    for command in (BOOT / "bin/uv", shutil.which("uv")):
        words = answer(str(command), "--version").split() if command else []
        if len(words) > 1 and tuple(int(part) for part in words[1].split(".")[:2] if part.isdigit()) >= UV_AT_LEAST:
            return str(command)
    return None


def get_uv():
    """Put uv into .boot/, with pip where there is one, else from the package index itself."""
    shutil.rmtree(str(BOOT), ignore_errors=True)
    # It needs no other package, and nothing of it is imported.
    quick = ["--quiet", "--disable-pip-version-check", "--retries", "2", "--no-deps", "--no-compile"]
    command = [sys.executable, "-m", "pip", "install", *quick, "--target", str(BOOT), "uv==" + UV]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if done.returncode == 0 and find_uv():
        return find_uv()
    raise_if_known(done.stderr.decode(errors="replace"))
    try:
        pypi.fetch("uv", UV, BOOT)
    except (OSError, ValueError) as error:
        raise_if_known(str(error))
        raise Trouble(
            f"uv could not be fetched ({error}): check the network, name your package index in PIP_INDEX_URL, or "
            "install uv yourself (docs.astral.sh/uv), and run this again."
        ) from None
    if not find_uv():
        raise Trouble("The uv that was fetched does not run on this machine: install uv yourself and run this again.")
    return find_uv()


# --- Packages ---------------------------------------------------------------------------------------------------------
def fingerprint():
    """What decides the packages: the lock, and the groups as pyproject.toml states them."""
    return hashlib.sha256((ROOT / "uv.lock").read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()


def synced_groups():
    """(hash of the lock, groups) of the last complete installation."""
    try:
        stamp = json.loads(STAMP.read_text())
        return stamp["lock"], set(stamp["groups"])
    except (OSError, ValueError, KeyError):
        return "", set()


def sync(groups):
    started = time.monotonic()
    fits = "import sys; print((3, 12) <= sys.version_info < (3, 15))"
    python = None if answer(str(VENV_PYTHON), "-c", fits) == "True" else find_python()
    with compiling(python):
        install(python, groups, started)


@contextlib.contextmanager
def compiling(python):
    """Our own code, beside what waits for disk and network: what is not done by then is left to whoever needs it."""
    child = None
    if python:
        command = [python, "-m", "compileall", "-q", "core", "features"]
        with contextlib.suppress(OSError):  # UV_PYTHON may name a version instead
            child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        if child:
            child.terminate()
            child.wait()


def install(python, groups, started):
    uv = find_uv() or get_uv()
    say("uv is here", started)
    started = time.monotonic()
    command = [uv, "sync", "--frozen", "--inexact", "--no-progress"]
    for group in sorted(groups):
        command += ["--group", group]
    if python:
        command += ["--python", python]
    environment = dict(os.environ, UV_PROJECT_ENVIRONMENT=str(ROOT / ".venv"))
    environment.pop("VIRTUAL_ENV", None)
    named = {"UV_CACHE_DIR", "XDG_CACHE_HOME"} & set(environment)
    home = os.path.expanduser("~")
    if not named and not (os.path.isdir(home) and os.access(home, os.W_OK)):  # a service's user, whose home is /
        environment["UV_CACHE_DIR"] = str(BOOT / "cache")
    status, output = attempt(command, environment)
    if status and "certificate" in output:
        # uv brings its own list of authorities; a company's proxy is signed by one that only the system knows.
        status, output = attempt(command, dict(environment, UV_SYSTEM_CERTS="1"))
    if status:
        raise_if_known(output)
        if python is None and not VENV_PYTHON.exists() and ("interpreter" in output or "Python" in output):
            raise Trouble(
                "No Python 3.12, 3.13 or 3.14 was found and uv could not download one: install one "
                "(python.org, pyenv install 3.13, brew install python), or name it in UV_PYTHON, and run this again."
            )
        raise Trouble(
            f"The packages could not be installed ({reason(output)}): check the network, or name your package index in "
            "UV_DEFAULT_INDEX, and run this again."
        )
    STAMP.write_text(json.dumps({"lock": fingerprint(), "groups": sorted(groups)}))
    say("packages are installed", started)


def attempt(command, environment):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, check=False)
    return done.returncode, done.stdout.decode(errors="replace").strip()


def reason(output):
    """The innermost cause that uv prints, in one line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    causes = [line for line in lines if line.startswith(("cause:", "error:"))]
    return (causes or lines or ["no reason given"])[-1].split(": ", 1)[-1].rstrip(".")


def raise_if_known(text):
    """Troubles that any step can have."""
    if "No space left on device" in text or "Disk quota exceeded" in text:
        raise Trouble("The disk is full: free some space (a first start needs about 500 MB) and run this again.")
    if "Permission denied" in text or "Read-only file system" in text:
        raise Trouble(f"{ROOT} cannot be written by this user: run this as the user who owns the folder.")


def main():
    task = sys.argv[1]
    os.chdir(str(ROOT))
    lock, groups = synced_groups()
    needed = GROUPS[task]
    if lock != fingerprint() or not needed <= groups or not os.access(str(VENV_PYTHON), os.X_OK):
        # What another command installed stays and stays current: `run` after `test` does not throw pytest out.
        sync(needed | groups)
    sys.stdout.flush()
    # Half a dozen processes follow: each would compile all of Django anew at each start if nothing compiled was kept.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.execv(str(VENV_PYTHON), [str(VENV_PYTHON), "-m", MODULES[task], *sys.argv[2:]])


if __name__ == "__main__":
    try:
        main()
    except Trouble as trouble:
        sys.exit(str(trouble))
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as problem:
        try:
            raise_if_known(str(problem))
        except Trouble as trouble:
            sys.exit(str(trouble))
        sys.exit(f"{problem}: put that right and run this again.")
