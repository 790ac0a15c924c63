"""Pairs that nobody has a reason to leave: mentees propose, mentors keep the best they have room for."""

import heapq
from collections.abc import Mapping, Sequence

# What a side thinks of the other: (mentee, mentor) -> a number; a pair that is missing on one side is no pair.
Likes = Mapping[int, Mapping[int, float]]


def stable(mentees: Likes, mentors: Likes, capacity: Mapping[int, int]) -> dict[int, int]:
    """{mentee: mentor}, the best stable one for mentees. Equals stand in the order of their numbers."""
    lists = {
        mentee: sorted((m for m in likes if mentee in mentors.get(m, {})), key=lambda m, likes=likes: (-likes[m], m))
        for mentee, likes in mentees.items()
    }
    asked = dict.fromkeys(lists, 0)
    kept: dict[int, list[tuple[float, int]]] = {mentor: [] for mentor in mentors}  # the least liked first
    free = sorted(lists, reverse=True)
    while free:
        mentee = free.pop()
        if asked[mentee] == len(lists[mentee]):
            continue
        mentor = lists[mentee][asked[mentee]]
        asked[mentee] += 1
        if capacity.get(mentor, 0) <= 0:
            free.append(mentee)
            continue
        heapq.heappush(kept[mentor], (mentors[mentor][mentee], -mentee))
        if len(kept[mentor]) > capacity[mentor]:
            free.append(-heapq.heappop(kept[mentor])[1])
    return {-mentee: mentor for mentor, some in kept.items() for _, mentee in some}


def blocking(
    matched: Mapping[int, int], mentees: Likes, mentors: Likes, capacity: Mapping[int, int]
) -> Sequence[tuple[int, int]]:
    """Pairs who would both rather have each other. Looks at every pair, and knows nothing of how they came about."""
    company: dict[int, list[int]] = {mentor: [] for mentor in mentors}
    for mentee, mentor in matched.items():
        company[mentor].append(mentee)
    found = []
    for mentee, likes in mentees.items():
        now = matched.get(mentee)
        for mentor, liking in likes.items():
            back = mentors.get(mentor, {})
            if mentor == now or mentee not in back or capacity.get(mentor, 0) <= 0:
                continue
            rather = now is None or liking > likes[now]
            has_room = len(company[mentor]) < capacity[mentor]
            if rather and (has_room or back[mentee] > min(back[other] for other in company[mentor])):
                found.append((mentee, mentor))
    return found
