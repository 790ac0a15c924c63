"""A short adaptive test against the whole one, on answers that are not ours to ship."""

import csv
import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

PROGRAM = """
import json, sys
import numpy as np
from features.assessments.calibration.evaluation import shorter
rows, people, asked = json.load(sys.stdin)
print(f"{shorter(np.array(rows, dtype=float), people, asked):.4f}")
"""


class Command(BaseCommand):
    help = (
        "FILE is a CSV with a header and a line for each person: 1 for right, 0 for wrong, a column for each item. "
        "Prints the correlation of an adaptive test with the whole test, over the people whom calibration has not seen."
    )

    def add_arguments(self, parser):
        parser.add_argument("--data", type=Path, required=True)
        parser.add_argument("--calibrated", type=int, default=150, help="people to calibrate on (150)")
        parser.add_argument("--asked", type=int, default=12, help="items of the adaptive test (12)")

    def handle(self, *args, data, calibrated, asked, **options):
        if find_spec("numpy") is None:
            raise CommandError("This needs the dependency group “matching”: uv sync --group matching")
        try:
            with data.open(encoding="utf-8") as file:
                rows = [[int(cell) for cell in row] for row in list(csv.reader(file))[1:]]
        except (OSError, ValueError) as error:
            raise CommandError(f"{data} is no table of 0 and 1: {type(error).__name__}") from error
        if len(rows) < calibrated + 10 or len({len(row) for row in rows}) != 1 or len(rows[0]) <= asked:
            raise CommandError("There are too few people or items, or the lines differ in length.")
        run = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", PROGRAM],
            input=json.dumps([rows, calibrated, asked]),
            capture_output=True,
            text=True,
            cwd=settings.BASE_DIR,
            check=True,
        )
        people, items = len(rows), len(rows[0])
        self.stdout.write(
            f"{people} people, {items} items, {calibrated} calibrated, {asked} asked: r = {run.stdout.strip()}"
        )
