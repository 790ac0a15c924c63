"""The demo world. Features register how they fill it, with an order, so that lower features come first."""

from core.registry import Registry

seeds = Registry("seeds")


def in_order():
    """(name, function) of every registered seed; a function takes the time `now` that the world is built around."""
    return [(name, function) for name, (_, function) in sorted(seeds.items(), key=lambda item: (item[1][0], item[0]))]
