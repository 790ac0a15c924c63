"""How near two words are. Plain text in and out, folded by whoever asks."""


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


def slips_allowed(word: str) -> int:
    """How many slips still mean the same word: none in very short ones, where every slip is another word."""
    return 0 if len(word) < 4 else 1 if len(word) < 8 else 2 if len(word) < 13 else 3


def without_a_letter(word: str) -> list[str]:
    """The word, and what is left of it without any one of its letters. Two words with a slip between them share one."""
    return list(dict.fromkeys([word, *(word[:i] + word[i + 1 :] for i in range(len(word)))]))
