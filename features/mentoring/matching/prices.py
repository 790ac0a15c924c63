"""What keeps a few stars from standing first in every list. A mentor who is shown more often than their room allows
gets a price, which is taken off before lists are put in order; who is shown too rarely loses it again.

    what a list is ordered by  =  score - PULL · price
"""

import math
from array import array

PULL = 0.5
SHOWN = 10  # mentors a list shows
STEPS, PACE = 20, 0.01  # what spreads most of it for at most a fiftieth of the scores


def build(jit):
    @jit
    def pick(mentors, scores, count, prices, size, order):
        """Places of the `size` best after prices, the best first, into `order`; answers how many."""
        found = 0
        for place in range(count):
            worth = scores[place] - PULL * prices[mentors[place]]
            if found < size:
                spot, found = found, found + 1
            else:
                last = order[found - 1]
                if worth <= scores[last] - PULL * prices[mentors[last]]:
                    continue
                spot = found - 1
            while spot > 0:
                before = order[spot - 1]
                if scores[before] - PULL * prices[mentors[before]] >= worth:
                    break
                order[spot] = before
                spot -= 1
            order[spot] = place
        return found

    @jit
    def count(mentors, scores, counts, prices, exposure, order):
        """How often each mentor is shown, a first place for more than a tenth."""
        for mentor in range(len(exposure)):
            exposure[mentor] = 0.0
        for row in range(len(counts)):
            found = pick(mentors[row], scores[row], counts[row], prices, SHOWN, order)
            for place in range(found):
                exposure[mentors[row][order[place]]] += 1.0 / math.sqrt(place + 1.0)

    @jit
    def settle(mentors, scores, counts, room, prices, exposure, order):
        """Prices that spread what is shown as room is spread; they begin with those of the night before."""
        whole = 0.0
        for mentor in range(len(room)):
            whole += room[mentor]
        for step in range(STEPS):
            count(mentors, scores, counts, prices, exposure, order)
            shown = 0.0
            for mentor in range(len(exposure)):
                shown += exposure[mentor]
            if shown == 0.0 or whole == 0.0:
                return
            pace = PACE / (1.0 + 0.15 * step)
            for mentor in range(len(room)):
                if room[mentor] > 0:
                    fair = room[mentor] * shown / whole
                    prices[mentor] = max(0.0, prices[mentor] + pace * min(2.0, exposure[mentor] / fair - 1.0))
        count(mentors, scores, counts, prices, exposure, order)

    return pick, settle


pick, settle = build(lambda function: function)


def settled(mentors, scores, counts, room, prices=None):
    """(prices, exposure) by the mentor's number."""
    prices = array("d", prices or [0] * len(room))
    exposure, order = array("d", [0]) * len(room), array("i", [0]) * SHOWN
    settle(mentors, scores, counts, room, prices, exposure, order)
    return prices, exposure


def in_order(mentors, scores, prices) -> list[int]:
    """Places of one list as it is shown."""
    order = array("i", [0]) * len(mentors)
    found = pick(
        range(len(mentors)), scores, len(mentors), [prices.get(pk, 0.0) for pk in mentors], len(mentors), order
    )
    return list(order[:found])
