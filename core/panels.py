"""Sections that a feature puts onto a page of another, which knows nothing of it. Registered in `AppConfig.ready()`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.registry import Registry


@dataclass(frozen=True, kw_only=True)
class Panel:
    """`page` names the kind of thing whose page it is. `context(thing, viewer, now)` answers what the template calls
    `panel`, or None for no section."""

    page: str
    order: int
    template: str
    context: Callable[..., dict[str, Any] | None]


panels: dict[str, Panel] = Registry("panels of pages")


def shown_on(page: str, thing, viewer, now) -> list[tuple[str, dict[str, Any]]]:
    """The sections of one page, as (template, what it needs)."""
    wanted = sorted((one for one in panels.values() if one.page == page), key=lambda one: one.order)
    found = ((one.template, one.context(thing, viewer, now)) for one in wanted)
    return [(template, context) for template, context in found if context is not None]
