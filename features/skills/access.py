"""Who sees which block of a person's profile. Pages, JSON, search documents and files ask here and nowhere else."""

from collections.abc import Callable

from core.registry import Registry
from features.skills.models import Block, BlockVisibility, Visibility

DEFAULTS = dict.fromkeys(Block, Visibility.PUBLIC) | {
    Block.EMAIL: Visibility.PRIVATE,
    Block.PHONE: Visibility.PRIVATE,
    Block.AVAILABILITY: Visibility.PRIVATE,
}

# What two people may have done together, by name: (owner, viewer) -> bool. Features that bring people together add it.
acquaintances: dict[str, Callable[..., bool]] = Registry("acquaintances")


def visibilities(owner) -> dict[str, str]:
    """{block: who sees it}, for all blocks."""
    chosen = BlockVisibility.objects.filter(person=owner).values_list("block", "visibility")
    return {block.value: level.value for block, level in DEFAULTS.items()} | dict(chosen)


def visible_blocks(owner, viewer) -> frozenset[str]:
    """What `viewer` sees of `owner`; None is a stranger."""
    if viewer is not None and viewer.pk == owner.pk and not viewer.supporter_id:
        return frozenset(Block.values)
    chosen = visibilities(owner)
    allowed = {Visibility.PUBLIC.value}
    if viewer is not None and viewer.is_authenticated:
        allowed.add(Visibility.MEMBERS.value)
        if Visibility.ACQUAINTED in chosen.values() and any(met(owner, viewer) for met in acquaintances.values()):
            allowed.add(Visibility.ACQUAINTED.value)
    return frozenset(block for block, level in chosen.items() if level in allowed)
