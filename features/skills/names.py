"""How near two names are. Plain text in and out; what counts as the same name is `core.text.words` without spaces."""

from core.spelling import distance, slips_allowed
from core.text import words

LONGEST = 100


def key(name: str) -> str:
    return words(name).replace(" ", "")


def trigrams(key: str) -> list[str]:
    """The distinct runs of three letters, the edges counted as letters, in the order they occur."""
    padded = f"  {key} "
    return list(dict.fromkeys(padded[i : i + 3] for i in range(len(padded) - 2)))


def slips(key: str, folded: str) -> int:
    """The slips between what was typed and a name, one of its words, or its beginning: somebody may still be typing."""
    whole = folded.replace(" ", "")
    ways = {whole, *folded.split()}
    if len(key) >= 5:
        ways.add(whole[: len(key)])
    # A word longer by more letters than slips are allowed is too far, whatever its letters: not worth counting.
    near = [way for way in ways if abs(len(way) - len(key)) <= slips_allowed(key)]
    return min((distance(key, way) for way in near), default=len(key))
