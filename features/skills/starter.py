"""The skills a new site begins with: `starter.csv`, written for this project. An area is a row without an area."""

import csv
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Entry:
    area: str
    name: str
    synonyms: list[str]
    description: str


def entries() -> list[Entry]:
    """Areas first, so that a parent is there before its children."""
    with Path(__file__).with_name("starter.csv").open(encoding="utf-8", newline="") as file:
        return [
            Entry(row["area"], row["name"], [name for name in row["synonyms"].split("; ") if name], row["description"])
            for row in csv.DictReader(file)
        ]
