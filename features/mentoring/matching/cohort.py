"""A whole group assigned at once: as many as can be placed, then the largest sum of scores, exactly. A second pass
lifts whoever is worst off as far as that costs at most a hundredth of the sum.

Scores are whole numbers, so that two solvers agree to the last digit. `plain` needs nothing; `compiled` is OR-tools,
for groups of thousands and for processes of the worker alone."""

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Edge = tuple[int, int, int]  # mentee, mentor, score in millionths
Pair = tuple[int, int]
Solver = Callable[[Sequence[Edge], Mapping[int, int]], list[Edge]]

KEEP = 0.99  # of the sum, while the worst off is lifted


@dataclass(frozen=True)
class Assignment:
    pairs: tuple[Edge, ...]
    total: int
    best_total: int  # what the first pass came to

    @property
    def worst(self) -> int:
        return min((score for _, _, score in self.pairs), default=0)


def assign(
    edges: Sequence[Edge], capacity: Mapping[int, int], pins: Sequence[Pair] = (), solve: Solver | None = None
) -> Assignment:
    """Pinned pairs first, whatever their score; the others around them."""
    solve = solve or plain
    scores = {(mentee, mentor): score for mentee, mentor, score in edges}
    pinned = [(mentee, mentor, scores.get((mentee, mentor), 0)) for mentee, mentor in pins]
    left = dict(capacity)
    for _, mentor, _ in pinned:
        left[mentor] = left.get(mentor, 0) - 1
    taken = {mentee for mentee, _, _ in pinned}
    free = sorted(edge for edge in edges if edge[0] not in taken and left.get(edge[1], 0) > 0)
    first = solve(free, left)
    best = sum(score for _, _, score in first)
    chosen = _lift(free, left, solve, first, best)
    pairs = tuple(sorted([*pinned, *chosen]))
    bonus = sum(score for _, _, score in pinned)
    return Assignment(pairs, sum(score for _, _, score in pairs), best + bonus)


def _lift(edges, left, solve, first, best):
    """The highest bar that as many can be placed above, for a sum of at least KEEP of the best."""
    steps = sorted({score for _, _, score in edges if score > min((s for _, _, s in first), default=0)})
    low, high, chosen = 0, len(steps) - 1, first
    while low <= high:
        middle = (low + high) // 2
        found = solve([edge for edge in edges if edge[2] >= steps[middle]], left)
        if len(found) == len(first) and sum(score for _, _, score in found) >= KEEP * best:
            chosen, low = found, middle + 1
        else:
            high = middle - 1
    return chosen


def plain(edges: Sequence[Edge], capacity: Mapping[int, int]) -> list[Edge]:
    """Shortest augmenting paths over reduced costs: one more is placed with each, at the least loss."""
    mentees = sorted({mentee for mentee, _, _ in edges})
    wishes: dict[int, dict[int, int]] = {mentee: {} for mentee in mentees}
    for mentee, mentor, score in edges:
        wishes[mentee][mentor] = score
    top = max((score for _, _, score in edges), default=0)
    has: dict[int, int] = {}
    of: dict[int, set[int]] = {mentor: set() for _, mentor, _ in edges}
    rise: dict[tuple[str, int], int] = {}  # potentials

    while True:
        away, came = _paths(mentees, wishes, has, of, rise, top)
        ends = [mentor for mentor in of if len(of[mentor]) < capacity.get(mentor, 0) and ("r", mentor) in away]
        if not ends:
            break
        end = min(ends, key=lambda mentor: (away["r", mentor] + rise.get(("r", mentor), 0), mentor))
        limit = away["r", end]
        for node, distance in away.items():
            rise[node] = rise.get(node, 0) + min(distance, limit)
        for node in _all(mentees, of):
            if node not in away:
                rise[node] = rise.get(node, 0) + limit
        mentor = end
        while True:
            mentee = came["r", mentor]
            before = has.get(mentee)
            has[mentee] = mentor
            of[mentor].add(mentee)
            if before is None:
                break
            of[before].discard(mentee)
            mentor = before
    return [(mentee, mentor, wishes[mentee][mentor]) for mentee, mentor in sorted(has.items())]


def _all(mentees, of):
    yield from (("e", mentee) for mentee in mentees)
    yield from (("r", mentor) for mentor in of)


def _paths(mentees, wishes, has, of, rise, top):
    """Dijkstra from everybody who is free: forward to a wish, back over who has a place there."""
    away, came, done = {}, {}, set()
    queue = []
    for mentee in mentees:
        if mentee not in has:
            away["e", mentee] = 0 - rise.get(("e", mentee), 0) + 0
    least = min(away.values(), default=0)
    for node in list(away):
        away[node] -= least
        heapq.heappush(queue, (away[node], node))
    while queue:
        distance, node = heapq.heappop(queue)
        if node in done:
            continue
        done.add(node)
        kind, number = node
        if kind == "e":
            steps = [
                (("r", mentor), top - score) for mentor, score in wishes[number].items() if has.get(number) != mentor
            ]
        else:
            steps = [(("e", mentee), wishes[mentee][number] - top) for mentee in of[number]]
        for other, cost in steps:
            reduced = distance + cost + rise.get(node, 0) - rise.get(other, 0)
            if other not in done and reduced < away.get(other, 1 << 62):
                away[other] = reduced
                if kind == "e":
                    came[other] = number
                heapq.heappush(queue, (reduced, other))
    return away, came


def compiled(edges: Sequence[Edge], capacity: Mapping[int, int]) -> list[Edge]:
    """The same by OR-tools."""
    from ortools.graph.python import min_cost_flow

    mentees = {pk: n for n, pk in enumerate(sorted({mentee for mentee, _, _ in edges}))}
    mentors = {pk: len(mentees) + n for n, pk in enumerate(sorted({mentor for _, mentor, _ in edges}))}
    source, sink = len(mentees) + len(mentors), len(mentees) + len(mentors) + 1
    top = max((score for _, _, score in edges), default=0)
    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = [
        flow.add_arc_with_capacity_and_unit_cost(mentees[mentee], mentors[mentor], 1, top - score)
        for mentee, mentor, score in edges
    ]
    for number in mentees.values():
        flow.add_arc_with_capacity_and_unit_cost(source, number, 1, 0)
    for pk, number in mentors.items():
        flow.add_arc_with_capacity_and_unit_cost(number, sink, max(0, capacity.get(pk, 0)), 0)
    flow.set_node_supply(source, len(mentees))
    flow.set_node_supply(sink, -len(mentees))
    status = flow.solve_max_flow_with_min_cost()
    if status != flow.OPTIMAL:
        raise RuntimeError(f"no optimum: {status}")
    return [edge for arc, edge in zip(arcs, edges, strict=True) if flow.flow(arc)]
