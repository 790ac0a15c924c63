"""The score of a pair, and the best mentors of a mentee, exactly.

Everything here is a function of numbers in arrays that runs as it stands and, given numba's `njit`, compiled: one
source, so that a small world without numpy and a large one are scored alike.

    a      what the mentee gains:  proof · gap · price
    b      what the mentor wants:  topic · range · history
    score  sqrt(a · b) · overlap · speed · room

Every factor lies between its floor and 1. In logarithms the product is a sum, so each factor *adds* what it lies above
its floor: these terms are the reasons, and they sum to the score. Nothing about a person's sex, age, origin, health,
name or photo is here, nor whether money was paid.
"""

import math
from typing import Any, NamedTuple

FACTORS = ("proof", "gap", "price", "topic", "range", "history", "overlap", "speed", "room")
FLOORS = (0.05, 0.2, 0.7, 0.4, 0.3, 0.2, 0.7, 0.7, 0.9)
POWERS = (0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1.0, 1.0, 1.0)
BASE = sum(power * math.log(floor) for floor, power in zip(FLOORS, POWERS, strict=True))
UNKNOWN_OVERLAP, UNKNOWN_SPEED = 0.85, 0.9
ANY = -1  # a budget without an end, or hours that nobody knows
SLOT, WEEKS, WORDS = 30, 4, 6


class Market(NamedTuple):
    """Everybody as arrays. A row of wants, cans or excluded mentors belongs to whom `…_start` says."""

    ee_languages: Any
    ee_mask: Any
    ee_minutes: Any
    ee_budget: Any
    ee_self: Any  # the same person as a mentor, or -1
    want_start: Any
    want_skill: Any
    want_weight: Any
    want_now: Any  # the level that the mentee has
    want_need: Any  # the level that a mentor should be ahead of, as the goal may be far
    out_start: Any
    out_mentor: Any
    or_languages: Any
    or_mask: Any
    or_room: Any
    or_capacity: Any
    or_price: Any
    or_hours: Any  # until an answer, -1 if unknown
    or_history: Any
    or_from: Any
    or_to: Any
    can_start: Any
    can_skill: Any
    can_level: Any
    can_trust: Any
    can_topic: Any
    post_start: Any  # the same rows by skill
    post_mentor: Any
    post_can: Any
    near_start: Any  # skills that count for a skill, itself first
    near_skill: Any
    near_worth: Any
    masks: Any


def build(jit, count_bits):
    """The functions, through `jit`: (top, pair, barred)."""

    @jit
    def shared(masks, one, other):
        """Minutes that two share in the leanest week; ANY where one has not said."""
        if one == 0 or other == 0:
            return ANY
        least = WORDS * 64
        for week in range(WEEKS):
            found = 0
            for word in range(week * WORDS, week * WORDS + WORDS):
                found += count_bits(masks[one * WEEKS * WORDS + word] & masks[other * WEEKS * WORDS + word])
            least = min(least, found)
        return least * SLOT

    @jit
    def ahead(level, now):
        """One or two levels ahead is best: who is further has forgotten how it was, who is behind cannot show."""
        distance = level - now
        if distance > 2.0:
            return max(0.55, 1.0 - 0.15 * (distance - 2.0))
        if distance >= 1.0:
            return 1.0
        if distance >= 0.0:
            return 0.4 + 0.6 * distance
        return max(0.2, 0.4 + 0.2 * distance)

    @jit
    def barred(m, i, j):
        """Why a pair is no pair: 1 no room, 2 the same person, 3 no common language, 4 above the budget, 5 excluded,
        6 too few shared hours; 0 if nothing is in the way."""
        if m.or_room[j] <= 0:
            return 1
        if m.ee_self[i] == j:
            return 2
        if m.ee_languages[i] & m.or_languages[j] == 0:
            return 3
        if m.ee_budget[i] != ANY and m.or_price[j] > m.ee_budget[i]:
            return 4
        for place in range(m.out_start[i], m.out_start[i + 1]):
            if m.out_mentor[place] == j:
                return 5
        minutes = shared(m.masks, m.ee_mask[i], m.or_mask[j])
        if minutes != ANY and minutes < m.ee_minutes[i]:
            return 6
        return 0

    @jit
    def rest(m, i, j, terms, whole, covered, fit, topic, level):
        """The factors of a pair from what its wants came to, as terms; answers the score to six places."""
        proof = max(0.05, covered / whole)
        gap = fit / covered
        price = 1.0
        if m.ee_budget[i] > 0:
            price = max(0.7, 1.0 - 0.3 * m.or_price[j] / m.ee_budget[i])
        wanted = 0.4 + 0.6 * topic / whole
        now = level / covered
        outside = max(m.or_from[j] - 0.5 - now, now - m.or_to[j] - 0.5)
        reach = 1.0 if outside <= 0.0 else max(0.3, 1.0 - 0.25 * outside)
        minutes = shared(m.masks, m.ee_mask[i], m.or_mask[j])
        hours = UNKNOWN_OVERLAP
        if minutes != ANY:
            hours = 0.7 + 0.3 * min(1.0, minutes / (3.0 * m.ee_minutes[i]))
        speed = UNKNOWN_SPEED
        if m.or_hours[j] >= 0.0:
            speed = 1.0 - 0.3 * min(1.0, max(0.0, (m.or_hours[j] - 24.0) / 48.0))
        room = 0.9 + 0.1 * m.or_room[j] / m.or_capacity[j]
        terms[0] = 0.5 * math.log(proof / 0.05)
        terms[1] = 0.5 * math.log(gap / 0.2)
        terms[2] = 0.5 * math.log(price / 0.7)
        terms[3] = 0.5 * math.log(wanted / 0.4)
        terms[4] = 0.5 * math.log(reach / 0.3)
        terms[5] = 0.5 * math.log(max(0.2, m.or_history[j]) / 0.2)
        terms[6] = math.log(hours / 0.7)
        terms[7] = math.log(speed / 0.7)
        terms[8] = math.log(room / 0.9)
        total = BASE
        for place in range(9):
            total += terms[place]
        return math.floor(math.exp(total) * 1e6 + 0.5) / 1e6

    @jit
    def pair(m, i, j, terms):
        """The score of one pair with its terms; 0 if it is none or they share nothing."""
        for place in range(9):
            terms[place] = 0.0
        whole, covered, fit, topic, level = 0.0, 0.0, 0.0, 0.0, 0.0
        for want in range(m.want_start[i], m.want_start[i + 1]):
            weight = m.want_weight[want]
            whole += weight
            best, row = 0.0, -1
            for near in range(m.near_start[m.want_skill[want]], m.near_start[m.want_skill[want] + 1]):
                for can in range(m.can_start[j], m.can_start[j + 1]):
                    if m.can_skill[can] == m.near_skill[near] and m.near_worth[near] * m.can_trust[can] > best:
                        best, row = m.near_worth[near] * m.can_trust[can], can
            if row >= 0:
                covered += weight * best
                fit += weight * best * ahead(m.can_level[row], m.want_need[want])
                level += weight * best * m.want_now[want]
                topic += weight * m.can_topic[row]
        if covered == 0.0 or barred(m, i, j) != 0:
            return 0.0
        return rest(m, i, j, terms, whole, covered, fit, topic, level)

    @jit
    def top(m, i, size, scratch, hits, mentors, scores, terms):
        """The best `size` mentors of mentee i into `mentors` and `scores`; answers how many there are. Of equals the
        lower number stands first. `scratch` holds seven zeros for each mentor, and does so again afterwards."""
        best, row, covered, fit, topic, level, known = 0, 1, 2, 3, 4, 5, 6
        whole, reached = 0.0, 0
        half = len(hits) // 2
        for want in range(m.want_start[i], m.want_start[i + 1]):
            weight, skill, fresh = m.want_weight[want], m.want_skill[want], 0
            whole += weight
            for near in range(m.near_start[skill], m.near_start[skill + 1]):
                worth, other = m.near_worth[near], m.near_skill[near]
                for post in range(m.post_start[other], m.post_start[other + 1]):
                    j, can = m.post_mentor[post], m.post_can[post]
                    value, at = worth * m.can_trust[can], j * 7
                    if value > scratch[at + best]:
                        if scratch[at + best] == 0.0:
                            hits[half + fresh] = j
                            fresh += 1
                        scratch[at + best] = value
                        scratch[at + row] = can
            for place in range(half, half + fresh):
                at = hits[place] * 7
                value, can = scratch[at + best], int(scratch[at + row])
                if scratch[at + known] == 0.0:
                    scratch[at + known] = 1.0
                    hits[reached] = hits[place]
                    reached += 1
                scratch[at + covered] += weight * value
                scratch[at + fit] += weight * value * ahead(m.can_level[can], m.want_need[want])
                scratch[at + level] += weight * value * m.want_now[want]
                scratch[at + topic] += weight * m.can_topic[can]
                scratch[at + best] = 0.0
        found = 0
        for place in range(reached):
            j = hits[place]
            at = j * 7
            # What the rest could add at most, before anything dear is looked at.
            reach = math.sqrt(max(0.05, scratch[at + covered] / whole) * scratch[at + fit] / scratch[at + covered])
            if (found < size or reach >= scores[found - 1] - 1e-6) and barred(m, i, j) == 0:
                score = rest(
                    m, i, j, terms, whole, scratch[at + covered], scratch[at + fit], scratch[at + topic],
                    scratch[at + level],
                )  # fmt: skip
                if found < size:
                    found += 1
                    spot = found - 1
                elif score > scores[found - 1] or (score == scores[found - 1] and j < mentors[found - 1]):
                    spot = found - 1
                else:
                    spot = -1
                if spot >= 0:
                    while spot > 0 and (
                        scores[spot - 1] < score or (scores[spot - 1] == score and mentors[spot - 1] > j)
                    ):
                        scores[spot], mentors[spot] = scores[spot - 1], mentors[spot - 1]
                        spot -= 1
                    scores[spot], mentors[spot] = score, j
            for cell in range(at, at + 7):
                scratch[cell] = 0.0
        return found

    return top, pair, barred


def count_bits(word: int) -> int:
    return word.bit_count()


top, pair, barred = build(lambda function: function, count_bits)
