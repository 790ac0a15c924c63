"""A data folder and a Postgres of one's own for the length of a run, and an environment without anybody's secrets."""

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from core.embedded import Postgres
from core.preconditions import ROOT, prepare_folder
from core.processes import Trouble


def names() -> set[str]:
    """Every name that the site reads from its environment, as .env.example lists them."""
    return set(re.findall(r"^(?:# ?)?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


@contextlib.contextmanager
def fresh_ground(purpose: str, durable: bool) -> Iterator[dict[str, str]]:
    """An environment that names an empty database and a data folder, both gone afterwards, and nothing else."""
    parent = ROOT / ".data" / purpose
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _clear_killed(parent)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=parent))
    lock = prepare_folder(folder)
    postgres = Postgres(folder, durable=durable)
    try:
        postgres.start()
        environment = {name: value for name, value in os.environ.items() if name not in names()}
        yield environment | {"DATABASE_URL": postgres.url, "DATA_DIR": str(folder)}
    finally:
        postgres.stop()
        os.close(lock)
        shutil.rmtree(folder, ignore_errors=True)


def _clear_killed(parent: Path) -> None:
    """What runs left behind that were ended with kill -9: their lock is free."""
    for folder in parent.glob("run-*"):
        with contextlib.suppress(Trouble):
            lock = prepare_folder(folder)
            Postgres(folder).stop()
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)
