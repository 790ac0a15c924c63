"""Whether the next answer will be right, learnt one answer at a time. Plain data in, plain data out.

    logit P(right) = all + person + person in the skill - skill - item + practice · log(1 + answers in the skill so far)

Each part has a value and a doubt. An answer moves every part by its share of the doubt and makes it surer (a rating in
many levels, as in chess, that knows how sure it is of each): a new item or a new person is learnt quickly, an old one
slowly. What is said is drawn to the middle by what is in doubt, so that it is true on average. People change, so a
little doubt comes back with each of their answers. It is for practice and for reports: what a test says of a person is
never reckoned by it.
"""

import math
from dataclasses import dataclass, field

# What is in doubt at first, as variance of a logit; found on simulated logs (`bin/prove assessment`).
ALL, PERSON, PAIR, SKILL, ITEM, PRACTICE = 1.0, 0.5, 0.25, 0.5, 0.5, 0.05
CHANGES = 0.005


@dataclass(frozen=True)
class Facts:
    """What is known just before an answer, for whoever weighs it anew."""

    logit: float  # drawn to the middle by the doubt
    doubt: float
    rights: int  # of the person in the skill
    wrongs: int
    item: float  # share of right answers to it, drawn to the middle while there are few
    idle: float  # seconds since the person's last answer in the skill; 0 for the first

    @property
    def chance(self) -> float:
        return logistic(self.logit)


@dataclass
class Stream:
    """All that was learnt so far. `facts` changes nothing; `learn` takes in what came."""

    parts: dict[tuple, tuple[float, float]] = field(default_factory=dict)  # {part: (value, variance)}
    counts: dict[tuple, tuple[int, int, float]] = field(default_factory=dict)  # {(person, skill): (rights, wrongs, at)}
    items: dict[tuple, tuple[int, int]] = field(default_factory=dict)  # {(skill, item): (rights, answers)}

    def facts(self, person, skill, item, at: float = 0.0) -> Facts:
        rights, wrongs, last = self.counts.get((person, skill), (0, 0, at))
        found = self._parts(person, skill, item, rights + wrongs)
        logit = math.fsum(value * factor for _name, factor, value, _variance in found)
        doubt = math.fsum(variance * factor * factor for _name, factor, _value, variance in found)
        right, seen = self.items.get((skill, item), (0, 0))
        drawn = logit / math.sqrt(1 + math.pi * doubt / 8)
        return Facts(drawn, doubt, rights, wrongs, (right + 2) / (seen + 4), max(0.0, at - last))

    def learn(self, person, skill, item, is_right: bool, at: float = 0.0) -> Facts:
        """Take in an answer; answers what was known before it."""
        facts = self.facts(person, skill, item, at)
        chance = facts.chance
        spread = max(chance * (1 - chance), 1e-3)
        surprise = (is_right - chance) / spread / (1 / spread + facts.doubt)
        for name, factor, value, variance in self._parts(person, skill, item, facts.rights + facts.wrongs):
            reach = variance * factor
            surer = variance - reach * reach / (1 / spread + facts.doubt)
            self.parts[name] = (value + reach * surprise, surer + (CHANGES if name[0] == "pair" else 0.0))
        self.counts[person, skill] = (facts.rights + is_right, facts.wrongs + (not is_right), at)
        right, seen = self.items.get((skill, item), (0, 0))
        self.items[skill, item] = (right + is_right, seen + 1)
        return facts

    def _parts(self, person, skill, item, seen) -> list[tuple[tuple, float, float, float]]:
        """(name, factor, value, variance) of all that an answer depends on. Skills and items count as ease."""
        names = (
            (("all",), 1.0, ALL),
            (("person", person), 1.0, PERSON),
            (("pair", person, skill), 1.0, PAIR),
            (("skill", skill), 1.0, SKILL),
            (("item", skill, item), 1.0, ITEM),
            (("practice",), math.log1p(seen), PRACTICE),
            (("practice", skill), math.log1p(seen), PRACTICE),
        )
        return [(name, factor, *self.parts.get(name, (0.0, doubt))) for name, factor, doubt in names]


def logistic(logit: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
