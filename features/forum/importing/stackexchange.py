"""A dump of Stack Exchange: Posts.xml, Users.xml, Votes.xml and Comments.xml in one folder. Its tags stand in the
posts; Tags.xml adds only their numbers."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from features.forum.importing.markdown import markdown_of
from features.forum.importing.records import NotAnExport, Person, Problem, Said

QUESTION, ANSWER = "1", "2"
UP, DOWN = "2", "3"


class StackExchange:
    def __init__(self, folder: Path):
        self.folder = folder

    def people(self) -> Iterator[Person | Problem]:
        for where, row in self._rows("Users.xml"):
            try:
                yield Person(f"user:{row['Id']}", row["DisplayName"], _time(row["CreationDate"]))
            except (KeyError, ValueError) as error:
                yield _problem(where, error)

    def said(self) -> Iterator[Said | Problem]:
        ups, downs = self._votes()
        for where, row in self._rows("Posts.xml"):
            if row.get("PostTypeId") not in (QUESTION, ANSWER):
                continue  # wikis of tags and the like
            try:
                yield self._post(where, row, ups, downs)
            except (KeyError, ValueError) as error:
                yield _problem(where, error)
        for where, row in self._rows("Comments.xml"):
            try:
                yield Said(
                    ref=f"comment:{row['Id']}",
                    where=where,
                    author=f"user:{row['UserId']}" if "UserId" in row else "",
                    text=row["Text"],
                    at=_time(row["CreationDate"]),
                    is_comment=True,
                    parent=f"post:{row['PostId']}",
                )
            except (KeyError, ValueError) as error:
                yield _problem(where, error)

    def accepted(self) -> Iterator[str]:
        for _where, row in self._rows("Posts.xml"):
            if row.get("AcceptedAnswerId"):
                yield f"post:{row['AcceptedAnswerId']}"

    def _post(self, where, row, ups, downs) -> Said:
        number, is_question = row["Id"], row["PostTypeId"] == QUESTION
        edited = row.get("LastEditDate")
        return Said(
            ref=f"post:{number}",
            where=where,
            author=f"user:{row['OwnerUserId']}" if "OwnerUserId" in row else "",
            text=markdown_of(row["Body"]),
            at=_time(row["CreationDate"]),
            title=row["Title"] if is_question else "",
            is_closed="ClosedDate" in row,
            parent="" if is_question else f"post:{row['ParentId']}",
            # "<sql><postgresql>" in older dumps, "|sql|postgresql|" in newer ones
            tags=row.get("Tags", "").replace("<", "|").replace(">", "|").replace("||", "|").strip("|").split("|"),
            ups=ups[number],
            downs=downs[number],
            edited_at=_time(edited) if edited else None,
        )

    def _votes(self) -> tuple[Counter, Counter]:
        found: dict[str, Counter] = {UP: Counter(), DOWN: Counter()}
        for _where, row in self._rows("Votes.xml"):
            if row.get("VoteTypeId") in found:
                found[row["VoteTypeId"]][row.get("PostId")] += 1
        return found[UP], found[DOWN]

    def _rows(self, name) -> Iterator[tuple[str, dict]]:
        path = self.folder / name
        if not path.exists():
            return
        try:
            with path.open("rb") as source:
                events = iterparse(source, events=("start", "end"))
                root = None
                for number, (event, element) in enumerate(events):
                    if root is None:
                        root = element
                    if event == "end" and element.tag == "row":
                        yield f"{name} {element.get('Id', f'row {number // 2}')}", dict(element.attrib)
                        root.clear()  # a dump is larger than memory
        except (ParseError, DefusedXmlException) as error:
            raise NotAnExport(f"{name} cannot be read: {error}") from error


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _problem(where, error) -> Problem:
    return Problem(where, f"{error} is missing" if isinstance(error, KeyError) else str(error))
