"""What an organiser can take out of the site at once: each feature registers its tables."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from core.registry import Registry


@dataclass(frozen=True)
class BulkExport:
    """`rows` answers one dict for each row, all with the same names, from a cursor of the server's: it may be long."""

    label: Any
    says: Any
    order: int
    rows: Callable[[], Iterator[dict[str, Any]]]


bulk_exports = Registry("bulk exports")


def in_order() -> list[tuple[str, BulkExport]]:
    return sorted(bulk_exports.items(), key=lambda item: item[1].order)
