"""Free text to skills: terms of one and two words, and pieces of two to five letters, weighed by how rare they are. The
one who wrote the text confirms what is found. Needs scipy: for processes of the worker alone."""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import sparse

LETTERS = 0.5  # what the pieces weigh beside the terms
OF_ITS_OWN = 2  # how often a skill's own name counts as said
WORD = re.compile(r"[^\W_]+(?:[+#]+)?")


@dataclass(frozen=True)
class Named:
    """A skill with all that it is called and its description."""

    key: str
    name: str
    others: Sequence[str] = ()
    text: str = ""


def terms(text: str) -> list[str]:
    words = WORD.findall(text.casefold())
    return words + [f"{a} {b}" for a, b in pairwise(words)]


def pieces(text: str) -> list[str]:
    found = []
    for word in WORD.findall(text.casefold()):
        padded = f" {word} "
        found += [padded[n : n + size] for size in range(2, 6) for n in range(len(padded) - size + 1)]
    return found


class Weighed:
    """Texts as rows of length one: a term counts by 1 + ln(times said), and more the rarer it is."""

    def __init__(self, texts: Iterable[str], split: Callable[[str], list[str]]):
        self.split, self.places = split, {}
        counted = [Counter(split(text)) for text in texts]
        for terms_of_one in counted:
            for term in terms_of_one:
                self.places.setdefault(term, len(self.places))
        seen = Counter(term for terms_of_one in counted for term in terms_of_one)
        self.rare = np.array([math.log((1 + len(counted)) / (1 + seen[term])) + 1 for term in self.places] or [1.0])
        self.rows = self._rows(counted)

    def of(self, texts: Iterable[str]):
        return self._rows([Counter(self.split(text)) for text in texts])

    def _rows(self, counted):
        data, columns, starts = [], [], [0]
        for terms_of_one in counted:
            for term, times in sorted(terms_of_one.items()):
                if (place := self.places.get(term)) is not None:
                    columns.append(place)
                    data.append((1 + math.log(times)) * self.rare[place])
            starts.append(len(columns))
        rows = sparse.csr_matrix((data, columns, starts), shape=(len(counted), max(1, len(self.places))))
        lengths = np.sqrt(rows.multiply(rows).sum(axis=1)).A1 if rows.nnz else np.ones(len(counted))
        return sparse.diags(1 / np.where(lengths == 0, 1, lengths)) @ rows


class Linker:
    """Ranks skills for a text. A name counts more than a description, and the best of all names counts."""

    def __init__(self, skills: Sequence[Named]):
        self.skills = list(skills)
        self._owners, names = [], []
        for number, skill in enumerate(self.skills):
            for name in (skill.name, *skill.others):
                names.append(name)
                self._owners.append(number)
        whole = [" . ".join([skill.name] * OF_ITS_OWN + [*skill.others, skill.text]) for skill in self.skills]
        self._whole = Weighed(whole, terms)
        self._names, self._letters = Weighed(names, terms), Weighed(names, pieces)

    def rank(self, text: str, most: int = 5) -> list[tuple[str, float]]:
        """(key, score) of the nearest skills, the nearest first."""
        named = (self._names.of([text]) @ self._names.rows.T).toarray()[0]
        spelled = (self._letters.of([text]) @ self._letters.rows.T).toarray()[0]
        score = (self._whole.of([text]) @ self._whole.rows.T).toarray()[0]
        by_name = np.zeros(len(self.skills))
        np.maximum.at(by_name, self._owners, named + LETTERS * spelled)
        score = score + by_name
        order = np.lexsort((np.arange(len(score)), -score))[:most]
        return [(self.skills[place].key, float(score[place])) for place in order if score[place] > 0]


def precision(ranked: Sequence[str], right: set[str], most: int = 5) -> float:
    """R-precision at `most`: of as many as are right, at most so many, how many were found among the first."""
    wanted = min(most, len(right))
    return len(set(ranked[:wanted]) & right) / wanted if wanted else 0.0
