"""What need not be done again: a step that takes seconds leaves the fingerprint of what it was done from."""

import hashlib
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import psycopg

from core.preconditions import ROOT

STATE = "SELECT count(*), max(id) FROM django_migrations"


def of_static(values: dict[str, str]) -> str:
    """Changes whenever a style sheet, script or image does, of ours or of a package."""
    sources = _of([ROOT / "uv.lock", *(ROOT / "static").rglob("*"), *ROOT.glob("features/*/static/**/*")])
    return f"{sources} {(Path(values['STATIC_ROOT']) / 'staticfiles.json').exists()}"


def of_database(values: dict[str, str]) -> str:
    """Changes with the code, with the day (the demo world lies around the present), and with the tables."""
    try:
        with psycopg.connect(values["DATABASE_URL"]) as connection:
            state = connection.execute(STATE).fetchone()
    except psycopg.errors.UndefinedTable:
        state = None
    folders, kinds = ("core", "features"), ("py", "toml", "csv")
    files = [path for folder in folders for kind in kinds for path in ROOT.glob(f"{folder}/**/*.{kind}")]
    code = _of([ROOT / "uv.lock", *files])
    return f"{code} {values['DEMO']} {date.today()} {state}"  # noqa: DTZ011 - any midnight will do


def _of(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        if path.is_file():
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
