"""What would come of a merge, as the organiser reads it before it is done."""

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext as _

from features.moderation.services import Outlook


def preview(outlook: Outlook) -> dict:
    """Rows of (what, how many move, how many go), the most first; what has no name of its own stands together, last."""
    found: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for count in outlook.counts:
        row = found[str(count.column.words)]
        row[0] += count.moved
        row[1] += count.dropped
    rest = found.pop("", None)
    rows = [(words, *numbers) for words, numbers in sorted(found.items(), key=lambda row: (-sum(row[1]), row[0]))]
    if rest:
        rows.append((_("Everything else"), *rest))
    return {
        "obstacles": outlook.obstacles,
        "rows": rows,
        "moved": sum(row[1] for row in rows),
        "dropped": sum(row[2] for row in rows),
    }
