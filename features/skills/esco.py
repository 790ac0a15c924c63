"""The files of ESCO, the European Commission's list of skills, as its portal hands them out: archives of CSV files.

Rows in and out, no database. A row that cannot be used becomes a Problem with its file and line, and is left out.
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from core.text import one_line, words
from features.skills.names import LONGEST

PREFIX = "http://data.europa.eu/esco/"
LONGEST_GROUP, LONGEST_DESCRIPTION, LONGEST_URI = 200, 1000, 200
csv.field_size_limit(10**7)  # the default is less than what a list of members may hold

# What each file is called, in any language and of any version, and the columns that are read.
FILES = {
    "groups": (r"skillGroups(_\w+)?\.csv", ("conceptUri", "preferredLabel", "description", "status")),
    "skills": (r"skills_\w+\.csv", ("conceptUri", "preferredLabel", "altLabels", "description", "status")),
    "broader": (r"broaderRelationsSkillPillar(_\w+)?\.csv", ("conceptUri", "broaderUri")),
    "related": (r"skillSkillRelations(_\w+)?\.csv", ("originalSkillUri", "relationType", "relatedSkillUri")),
}
KINDS = {"essential": "essential", "optional": "related"}


class NotEsco(Exception):
    """This is not an archive of ESCO; the words say which file and why."""


@dataclass(frozen=True)
class Problem:
    file: str
    line: int
    words: str

    def __str__(self):
        return f"{self.file}:{self.line}: {self.words}"


@dataclass(frozen=True)
class Concept:
    uri: str
    name: str
    folded: str
    labels: tuple[tuple[str, str], ...]  # what else it is called, and that folded: folding is most of the work
    description: str
    is_group: bool

    @property
    def key(self) -> str:
        return self.folded.replace(" ", "")


@dataclass(frozen=True)
class Relation:
    """`kind` is broader, essential or related: `other` is that to `uri`."""

    uri: str
    kind: str
    other: str
    file: str
    line: int


@dataclass
class Esco:
    concepts: list[Concept] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read(paths: list[Path]) -> Esco:
    """All that the archives hold together. NotEsco where one of them holds nothing of it."""
    esco = Esco()
    seen: dict[str, int] = {}
    for path in paths:
        try:
            with zipfile.ZipFile(path) as archive:
                found = 0
                for kind, (pattern, columns) in FILES.items():
                    for member in archive.namelist():
                        if re.fullmatch(pattern, Path(member).name):
                            found += 1
                            with archive.open(member) as raw:
                                _read_file(esco, kind, f"{path.name}/{member}", raw, columns, seen)
        except (OSError, zipfile.BadZipFile, EOFError) as error:
            raise NotEsco(f"{path}: cannot be read as a ZIP archive ({type(error).__name__}).") from error
        if not found:
            raise NotEsco(f"{path}: no file of ESCO's skills or their relations is in it.")
    return esco


def _read_file(esco, kind, file, raw, columns, seen):
    # What is not UTF-8 becomes lone surrogates, by which the row is known and left out.
    reader = csv.DictReader(io.TextIOWrapper(raw, "utf-8-sig", errors="surrogateescape", newline=""))
    missing = set(columns) - set(reader.fieldnames or ())
    if missing:
        raise NotEsco(f"{file}: the column {sorted(missing)[0]} is missing.")

    def refuse(line: int, why: str) -> None:
        esco.problems.append(Problem(file, line, why))

    for line, row in _rows(reader, refuse):
        if kind in ("groups", "skills"):
            _concept(esco, row, line, refuse, seen, is_group=kind == "groups")
        elif kind == "broader":
            _relation(esco, row["conceptUri"], "broader", row["broaderUri"], file, line, refuse)
        elif row["relationType"] in KINDS:
            pair = row["originalSkillUri"], KINDS[row["relationType"]], row["relatedSkillUri"]
            _relation(esco, *pair, file, line, refuse)
        else:
            refuse(line, f"the relation {row['relationType'][:40]!r} is unknown")


def _rows(reader, refuse: Callable[[int, str], None]) -> Iterator[tuple[int, dict[str, str]]]:
    """Whole rows with the line they begin on: a description may hold lines of its own."""
    while True:
        line = reader.reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            refuse(line, f"not a row of a CSV file ({error})")
            continue
        if None in row or None in row.values():
            refuse(line, "too few or too many columns")
        elif any("\udc80" <= sign <= "\udcff" for value in row.values() if not value.isascii() for sign in value):
            refuse(line, "not UTF-8")
        else:
            yield line, row


def _concept(esco, row, line, refuse, seen, *, is_group):
    uri, name = row["conceptUri"].strip(), one_line(row["preferredLabel"])
    name = with_capital(name) if is_group else as_name(name)
    folded = words(name)
    if row["status"] != "released":
        refuse(line, f"its status is {row['status'][:40]!r}, not released")
    elif not uri.startswith(PREFIX) or len(uri) > LONGEST_URI or not uri.isprintable():
        refuse(line, f"{uri[:80]!r} is not an address of ESCO")
    elif uri in seen:
        refuse(line, f"{uri} was there before, on line {seen[uri]}")
    elif not folded:
        refuse(line, "a name needs at least one letter or digit")
    elif not (len(name) <= LONGEST_GROUP if is_group else fits(name, folded)):
        refuse(line, f"the name “{name[:40]}…” is too long")
    else:
        seen[uri] = line
        called = [] if is_group else [as_name(label) for label in row["altLabels"].splitlines()]
        labels = tuple((label, words(label)) for label in dict.fromkeys(called) if label != name)
        description = one_line(row["description"])
        if len(description) > LONGEST_DESCRIPTION:
            description = description[: LONGEST_DESCRIPTION - 1].rsplit(" ", 1)[0] + "…"
        esco.concepts.append(Concept(uri, name, folded, labels, description, is_group))


def _relation(esco, uri, kind, other, file, line, refuse):
    if not uri.startswith(PREFIX) or not other.startswith(PREFIX):
        refuse(line, "not two addresses of ESCO")
    elif uri == other:
        refuse(line, f"{uri} is related to itself")
    else:
        esco.relations.append(Relation(uri, kind, other, file, line))


def as_name(label: str) -> str:
    """A label as names are written here: a capital first, where the first word has none, and no commas, because in the
    picker commas stand between names."""
    name = " ".join((label if label.isascii() and label.isprintable() else one_line(label)).replace(",", " ").split())
    return with_capital(name)


def with_capital(name: str) -> str:
    """Welding for "welding"; iOS stays as it is."""
    return name[:1].upper() + name[1:] if name.partition(" ")[0].islower() else name


def without_qualifier(name: str) -> str:
    """Python for "Python (computer programming)"."""
    return re.sub(r"\s*\([^()]*\)$", "", name)


def fits(name: str, folded: str) -> bool:
    return max(len(name), len(folded)) <= LONGEST
