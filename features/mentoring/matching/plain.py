"""Lists for mentees in plain Python: exact, and quick enough for some thousands of people."""

from array import array
from collections.abc import Iterable, Iterator

from features.mentoring.matching import kernel
from features.mentoring.matching.kernel import Market

SIZE = 60  # mentors that are drawn
LEAST = 50  # that are known of a list from which some have gone since


def lists(
    market: Market, mentees: Iterable[int], size: int | None = None
) -> Iterator[tuple[int, list[int], list[float]]]:
    """(mentee, mentors, scores) by their numbers in the market, the best first."""
    count, size = len(market.or_room), size or SIZE
    scratch, hits = array("d", [0]) * (count * 7), array("i", [0]) * (count * 2)
    mentors, scores, terms = array("i", [0]) * size, array("d", [0]) * size, array("d", [0]) * 9
    for mentee in mentees:
        found = kernel.top(market, mentee, size, scratch, hits, mentors, scores, terms)
        yield mentee, list(mentors[:found]), list(scores[:found])


def scored(market: Market, mentee: int, mentor: int) -> tuple[float, list[float]]:
    """One pair with its terms."""
    terms = array("d", [0]) * 9
    return kernel.pair(market, mentee, mentor, terms), list(terms)
