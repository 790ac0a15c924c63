"""Who knows about something, from what people wrote: the mean of the three texts of each that are closest to the
question, by terms of one and two words. Plain texts in, an order out, so that any collection can be tried. Needs scipy:
for processes of the worker alone."""

from collections.abc import Mapping, Sequence

import numpy as np

from features.mentoring.matching.linking import Weighed, terms

CLOSEST = 3


class Experts:
    def __init__(self, texts: Mapping[str, Sequence[str]]):
        """`texts`: what each person wrote: experience, answers, descriptions of sessions."""
        self.people = sorted(texts)
        rows = [(number, text) for number, person in enumerate(self.people) for text in texts[person]]
        self._owners = np.array([number for number, _ in rows], dtype=np.int64)
        self._weighed = Weighed([text for _, text in rows], terms)

    def scores(self, question: str) -> dict[str, float]:
        """How near each person is to the question. Who wrote less than three texts is not helped by that: what is
        missing counts as nothing said."""
        near = (self._weighed.of([question]) @ self._weighed.rows.T).toarray()[0]
        found = np.zeros(len(self.people))
        order = np.lexsort((-near, self._owners))
        owners, near = self._owners[order], near[order]
        starts = np.searchsorted(owners, np.arange(len(self.people)))
        for place in range(CLOSEST):
            at = starts + place
            inside = at < len(owners)
            own = np.zeros(len(self.people), dtype=bool)
            own[inside] = owners[at[inside]] == np.flatnonzero(inside)
            found[own] += near[at[own]]
        return dict(zip(self.people, (found / CLOSEST).tolist(), strict=True))

    def rank(self, question: str, most: int | None = None) -> list[tuple[str, float]]:
        scores = self.scores(question)
        return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:most]


def pair_loss(scores: Mapping[str, float], labels: Mapping[str, float]) -> tuple[float, float]:
    """(lost, whole): of all pairs that experts told apart, by how far, those that the scores put the other way round;
    an even score loses half."""
    lost = whole = 0.0
    people = sorted(labels)
    for place, one in enumerate(people):
        for other in people[place + 1 :]:
            apart = labels[one] - labels[other]
            if not apart:
                continue
            found = scores.get(one, 0.0) - scores.get(other, 0.0)
            whole += abs(apart)
            lost += abs(apart) * (0.5 if found == 0 else float(found * apart < 0))
    return lost, whole
