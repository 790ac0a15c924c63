"""Measures how well free text is linked to skills on a set that people annotated.

The file holds JSON, one object a line, of two shapes:

    {"skill": "S1", "name": "SQL", "others": ["Structured query language"], "text": "a description"}
    {"text": "Writes reports from the warehouse", "skills": ["S1"]}

Printed is R-precision at 5: of as many skills as are right for a text, at most five, how many stand first.
"""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "R-precision at 5 of linking text to skills on an annotated set (see the head of this command)."

    def add_arguments(self, parser):
        parser.add_argument("--data", required=True, help="a file of JSON lines")

    def handle(self, *args, data, **options):
        from features.mentoring.matching.linking import Linker, Named, precision

        named, texts = [], []
        for number, line in enumerate(Path(data).read_text("utf-8").splitlines(), start=1):
            if not line.strip():
                continue
            entry = json.loads(line)
            if "skills" in entry:
                texts.append(entry)
            elif "name" in entry:
                named.append(Named(entry["skill"], entry["name"], entry.get("others", ()), entry.get("text", "")))
            else:
                raise CommandError(f"Line {number} is neither a skill nor an annotated text.")
        if not texts:
            raise CommandError("There is no annotated text.")
        linker = Linker(named)
        found = [precision([key for key, _ in linker.rank(entry["text"])], set(entry["skills"])) for entry in texts]
        self.stdout.write(f"{len(named)} skills, {len(texts)} texts: R-precision@5 {sum(found) / len(found):.4f}")
