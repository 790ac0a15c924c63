"""Whether an answer is right. Plain data in, plain data out: `content` is what an item's version holds.

single, code    options: one is right           answer: ["2"]
multiple        options: some are right         answer: ["0", "3"], right only if it is exactly these
ordering        options stand in their order    answer: ["1", "0", "2"], the places in the wanted order
numeric         value, tolerance                answer: ["3.5"]; a comma is a point
short           accepted: spellings             answer: ["group by"]; case, accents and spaces do not count
"""

import math
from collections.abc import Mapping, Sequence

from core.text import fold

CHOICES = ("single", "code", "multiple", "ordering")


def is_right(kind: str, content: Mapping, answer: Sequence[str]) -> bool:
    if not answer:
        return False
    match kind:
        case "single" | "code" | "multiple":
            right = {str(n) for n, option in enumerate(content["options"]) if option["is_right"]}
            return set(answer) == right
        case "ordering":
            return list(answer) == [str(n) for n in range(len(content["options"]))]
        case "numeric":
            given = number(answer[0])
            return given is not None and abs(given - content["value"]) <= content["tolerance"] + 1e-12
        case "short":
            return fold(answer[0]) in {fold(spelling) for spelling in content["accepted"]}
    raise ValueError(kind)


def number(text: str) -> float | None:
    try:
        found = float(text.replace(" ", "").replace(",", "."))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def guessing(kind: str, content: Mapping) -> float:
    """How often somebody who knows nothing is right: a fifth less than by pure lot, as wrong answers are made to be
    attractive."""
    match kind:
        case "single" | "code":
            return round(0.8 / len(content["options"]), 4)
        case "multiple":
            return round(0.8 / 2 ** len(content["options"]), 4)
        case "ordering":
            return round(0.8 / math.factorial(len(content["options"])), 4)
    return 0.0


def faults(kind: str, content: Mapping) -> list[str]:
    """What is wrong with an item, as codes; nothing for one that can be asked."""
    options = content.get("options", [])
    found = []
    if kind in CHOICES:
        if not 2 <= len(options) <= 12:
            found.append("options")
        if any(not option["text"].strip() for option in options):
            found.append("empty")
        if len({option["text"].strip() for option in options}) < len(options):
            found.append("twice")
        right = sum(bool(option["is_right"]) for option in options)
        if (kind in ("single", "code") and right != 1) or (kind == "multiple" and not right):
            found.append("key")
    elif kind == "numeric":
        value, tolerance = content.get("value"), content.get("tolerance", 0)
        are_numbers = all(isinstance(n, int | float) and math.isfinite(n) for n in (value, tolerance))
        if not are_numbers or tolerance < 0:
            found.append("key")
    elif kind == "short":
        if not [spelling for spelling in content.get("accepted", []) if fold(spelling)]:
            found.append("key")
    else:
        found.append("kind")
    return found
