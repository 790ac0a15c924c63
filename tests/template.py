"""A migrated database that every process of a run copies its own from: migrations run once and not for each."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from core.preconditions import ROOT

NAME = "template_of_tests"


def prepare() -> str:
    """Make it, or wait until another process has; answers its name."""
    folder = Path(os.environ["DATA_DIR"])
    with (folder / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "template.made").exists():
            _make(os.environ["DATABASE_URL"])
            (folder / "template.made").touch()
    return NAME


def _make(url: str) -> None:
    with psycopg.connect(with_name(url, "postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME}")
        connection.execute(f"CREATE DATABASE {NAME}")
    environment = os.environ | {"DATABASE_URL": with_name(url, NAME), "DEMO": "0"}
    command = [sys.executable, "manage.py", "prepare"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def with_name(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()
