"""How near two names are. Plain text in and out; what counts as the same name is `core.text.words` without spaces."""

from core.text import words

LONGEST = 100


def key(name: str) -> str:
    return words(name).replace(" ", "")


def trigrams(key: str) -> list[str]:
    """The distinct runs of three letters, the edges counted as letters, in the order they occur."""
    padded = f"  {key} "
    return list(dict.fromkeys(padded[i : i + 3] for i in range(len(padded) - 2)))


def distance(one: str, other: str) -> int:
    """Letters added, left out, exchanged or swapped with the next between two words (optimal string alignment)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(last[j] + 1, row[-1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]


def slips_allowed(key: str) -> int:
    """How many slips still mean the same word: none in very short ones, where every slip is another word."""
    return 0 if len(key) < 4 else 1 if len(key) < 8 else 2 if len(key) < 13 else 3


def slips(key: str, folded: str) -> int:
    """The slips between what was typed and a name, one of its words, or its beginning: somebody may still be typing."""
    whole = folded.replace(" ", "")
    ways = {whole, *folded.split()}
    if len(key) >= 5:
        ways.add(whole[: len(key)])
    # A word longer by more letters than slips are allowed is too far, whatever its letters: not worth counting.
    near = [way for way in ways if abs(len(way) - len(key)) <= slips_allowed(key)]
    return min((distance(key, way) for way in near), default=len(key))
