"""What features show on `/dev/mail/`, which exists only with DEMO=1 on a loopback address."""

from collections.abc import Callable, Iterable

from core.registry import Registry

# Title -> a function that returns (label, value) pairs.
panels: dict[str, Callable[[], Iterable[tuple[str, str]]]] = Registry("dev panels")
