"""Measures the ranking of experts on a collection that people labelled.

The file holds JSON, one object a line, of two shapes:

    {"person": "p1", "text": "what they wrote"}                  any number for each person
    {"question": "words", "labels": {"p1": 3, "p2": 0}}          how much each knows about it, by whoever labelled it

Printed is the weighted pair loss: of all pairs that labels tell apart, weighed by how far, those that are ranked the
other way round (0 is perfect, .5 is chance).
"""

import json
from collections import defaultdict
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Weighted pair loss of the expert ranking on a labelled collection (see the head of this command)."

    def add_arguments(self, parser):
        parser.add_argument("--data", required=True, help="a file of JSON lines")

    def handle(self, *args, data, **options):
        from features.mentoring.matching.experts import Experts, pair_loss

        texts, questions = defaultdict(list), []
        for number, line in enumerate(Path(data).read_text("utf-8").splitlines(), start=1):
            if not line.strip():
                continue
            entry = json.loads(line)
            if "question" in entry:
                questions.append(entry)
            elif "person" in entry:
                texts[entry["person"]].append(entry["text"])
            else:
                raise CommandError(f"Line {number} is neither a person's text nor a question.")
        experts = Experts(texts)
        losses = [pair_loss(experts.scores(entry["question"]), entry["labels"]) for entry in questions]
        lost, whole = sum(loss for loss, _ in losses), sum(part for _, part in losses)
        if not whole:
            raise CommandError("No two people are told apart by their labels.")
        self.stdout.write(f"{len(texts)} people, {len(questions)} questions: weighted pair loss {lost / whole:.4f}")
