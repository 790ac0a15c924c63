"""From points to a level, from several readers to one judgement. Plain data in, plain data out.

    level of a reading   =  1 + 4 · points / most points              the site's scale
    severity of a reader =  mean over all they read of (their level - what the work came to), shrunk to 0 by PRIOR
    readings adjusted             =  level - severity
    judgement            =  mean of the experts' adjusted levels; without an expert the median of the peers'
    its error            =  SPREAD / √n, never less than what the readers differ by

A self review never counts. Experts override peers. Experts who differ by FAR or more on the whole, or by FAR_POINTS of
a criterion's points, are joined by a third, and then the median of the three counts.
"""

import math
from collections.abc import Mapping, Sequence
from statistics import fmean, median

PRIOR = 4.0
SPREAD = 0.55  # of one expert around what a work comes to, in levels
PEER_SPREAD = 0.9
FAR = 1.0
FAR_POINTS = 0.6  # of a criterion's points
AGREED = 0.75


def most_points(criteria: Sequence[Mapping]) -> float:
    return sum(max(level["points"] for level in criterion["levels"]) for criterion in criteria)


def level(criteria: Sequence[Mapping], scores: Mapping[str, float]) -> float:
    return 1 + 4 * sum(scores[criterion["key"]] for criterion in criteria) / most_points(criteria)


def severities(readings: Sequence[tuple[int, int, float]], prior: float = PRIOR) -> dict[int, float]:
    """{reader: how much higher than others they judge}, from (work, reader, level). Fitted in turns: what a work comes
    to without its readers' severities, and severities without what the works come to."""
    works: dict[int, list[tuple[int, float]]] = {}
    readers: dict[int, list[tuple[int, float]]] = {}
    for work, reader, value in readings:
        works.setdefault(work, []).append((reader, value))
        readers.setdefault(reader, []).append((work, value))
    severity = dict.fromkeys(readers, 0.0)
    for _round in range(30):
        worth = {work: fmean(value - severity[reader] for reader, value in of) for work, of in works.items()}
        severity = {
            reader: sum(value - worth[work] for work, value in of) / (len(of) + prior) for reader, of in readers.items()
        }
        middle = fmean(severity.values()) if severity else 0.0
        severity = {reader: value - middle for reader, value in severity.items()}
    return severity


def judgement(
    experts: Sequence[float], peers: Sequence[float], *, appeal: float | None = None
) -> tuple[float, float, str] | None:
    """(level, error, basis), or None when nobody's word counts yet. The second look after an objection counts with the
    others, and of three or more the median is taken."""
    counted = [*experts, *([appeal] if appeal is not None else [])]
    if counted:
        value = median(counted) if len(counted) > 2 else fmean(counted)
        return _held(value), _error(counted, SPREAD), "expert"
    if peers:
        return _held(median(peers)), _error(peers, PEER_SPREAD), "peer"
    return None


def _held(value: float) -> float:
    return min(5.0, max(1.0, value))


def _error(values: Sequence[float], spread: float) -> float:
    apart = (max(values) - min(values)) / 2
    return round(max(spread / math.sqrt(len(values)), apart / math.sqrt(len(values))), 3)


def are_far(criteria: Sequence[Mapping], one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    """Whether two readers saw two different works."""
    if abs(level(criteria, one) - level(criteria, other)) >= FAR:
        return True
    for criterion in criteria:
        most = max(step["points"] for step in criterion["levels"])
        if most and abs(one[criterion["key"]] - other[criterion["key"]]) / most > FAR_POINTS:
            return True
    return False


def agreement(criteria: Sequence[Mapping], scores: Mapping[str, float], staff: Mapping[str, float]) -> float:
    """1 where both say the same on every criterion, less by how far they are apart."""
    apart = []
    for criterion in criteria:
        most = max(step["points"] for step in criterion["levels"]) or 1
        apart.append(abs(scores[criterion["key"]] - staff[criterion["key"]]) / most)
    return round(1 - fmean(apart), 3)


def rubric_faults(criteria: Sequence[Mapping]) -> list[str]:
    found = []
    if not 1 <= len(criteria) <= 12:
        found.append("criteria")
    if len({criterion["key"] for criterion in criteria}) < len(criteria):
        found.append("twice")
    for criterion in criteria:
        points = [step["points"] for step in criterion["levels"]]
        if (
            not 2 <= len(points) <= 8
            or len(set(points)) < len(points)
            or max(points, default=0) <= 0
            or min(points) < 0
        ):
            found.append("levels")
    return found
