"""One bank: JSON in by stdin, JSON out by stdout. No Django, no database."""

import json
import sys

import numpy as np

from core.processes import end_with_parent
from features.assessments.ability import Item
from features.assessments.calibration.irt import ENOUGH_FOR_ONE, fit
from features.assessments.calibration.quality import analyse
from features.assessments.selection import Candidate, Rules, shares

LARGE = 60  # items, from which on how often each may be drawn is found by trying


def main() -> None:
    end_with_parent()
    asked = json.load(sys.stdin)
    items, people = asked["items"], asked["people"]
    right = np.full((people, len(items)), np.nan)
    chosen = np.full((people, len(items)), -1)
    seconds = np.full((people, len(items)), np.nan)
    for person, item, is_right, option, time in asked["answers"]:
        right[person, item], chosen[person, item], seconds[person, item] = is_right, option, time
    guesses = np.array([item["c"] for item in items])
    bands = np.array([item["b"] for item in items], dtype=float)
    found = fit(right, guesses, bands, 0.8)
    group = np.array(asked["groups"]) if asked["groups"] else None
    findings = analyse(
        right, chosen, [item["options"] for item in items], [item["key"] for item in items], seconds, group, guesses
    )
    known = [
        {
            "version": item["version"],
            "model": found.model[n],
            "a": round(float(found.a[n]), 4),
            "b": round(float(found.b[n]), 4),
            "c": item["c"],
            "error": round(float(found.error[n]), 4),
            "people": int(found.people[n]),
            "share": 1.0,
        }
        for n, item in enumerate(items)
        if found.people[n] >= ENOUGH_FOR_ONE
    ]
    if len(known) >= LARGE:
        area = {item["version"]: item["area"] for item in items}
        pool = [Candidate(row["version"], area[row["version"]], Item(row["a"], row["b"], row["c"])) for row in known]
        parts = {name: sum(one.area == name for one in pool) for name in {one.area for one in pool}}
        drawn = shares(pool, parts, Rules(asked["error"], asked["most"]))
        for row in known:
            row["share"] = drawn[row["version"]]
    json.dump({"parameters": known, "findings": findings}, sys.stdout)


if __name__ == "__main__":
    main()
