"""How well the next answer is foretold, on logs that are not ours to ship."""

import csv
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = (
        "FILE is a CSV with the columns person, skill, item, right (1 or 0) and, if known, at (seconds, or ISO 8601), "
        "a line for each answer, in the order in which they were given. Prints AUC and calibration error of what "
        "the stream says before each answer, and of the nightly weights on people whom they were not found on."
    )

    def add_arguments(self, parser):
        parser.add_argument("--data", type=Path, required=True)

    def handle(self, *args, data, **options):
        if find_spec("numpy") is None:
            raise CommandError("This needs the dependency group “matching”: uv sync --group matching")
        from features.assessments.calibration.prediction import Answer, evaluate

        try:
            with data.open(encoding="utf-8", newline="") as file:
                answers = [
                    Answer(
                        row["person"], row["skill"], row["item"], bool(int(row["right"])), seconds(row.get("at") or "0")
                    )
                    for row in csv.DictReader(file)
                ]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CommandError(f"{data} is no log of answers: {type(error).__name__} {error}") from error
        if len({one.person for one in answers}) < 5 or len({one.is_right for one in answers}) < 2:
            raise CommandError("It takes five people or more, and answers of both kinds.")
        told = evaluate(answers)
        self.stdout.write(
            f"{told.answers} answers\n"
            f"streaming: AUC {told.streaming:.4f}, calibration error {told.streaming_error:.4f}\n"
            f"nightly:   AUC {told.nightly:.4f}, calibration error {told.nightly_error:.4f}"
        )


def seconds(said: str) -> float:
    try:
        return float(said)
    except ValueError:
        return datetime.fromisoformat(said).timestamp()
