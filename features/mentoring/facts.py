"""Where the parts of this feature meet: what matching asks of bookings and requests, and what they put on a mentor's
page. Each part registers in `AppConfig.ready()`; matching works, and says less, without them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import time

from core.registry import Registry


@dataclass(frozen=True)
class Hours:
    """When somebody is free each week, on the clocks of their zone: (ISO weekday, from, until)."""

    zone: str
    week: tuple[tuple[int, time, time], ...]


@dataclass(frozen=True)
class Panel:
    """A section of a mentor's page. `context(page, viewer, now)` answers what its template needs, or None for none."""

    order: int
    template: str
    context: Callable[..., dict | None]


# Hours in which mentors can be booked: person ids -> {person: Hours}. Whoever is in none keeps the hours of their week.
bookable_hours: dict[str, Callable[[Collection[int]], dict[int, Hours]]] = Registry("bookable hours")

# Pairs that never come together again (blocked, declined, went badly): mentee ids, or None for everybody, to
# {(mentee, mentor)}.
closed_pairs: dict[str, Callable[[Collection[int] | None], set[tuple[int, int]]]] = Registry("closed pairs")

# Pairs that are together or have asked, and so need no suggestion now; the same shape.
busy_pairs: dict[str, Callable[[Collection[int] | None], set[tuple[int, int]]]] = Registry("busy pairs")

# Sections of a mentor's page, in their order: offers, slots, the request.
panels: dict[str, Panel] = Registry("panels of a mentor's page")
