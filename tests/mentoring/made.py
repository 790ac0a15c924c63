"""A made-up market of any size, the same for the same seed."""

from datetime import date, time
from random import Random

from features.mentoring.matching.market import Builder, Can, Want

FIRST = date(2026, 3, 16)  # Europe changes its clocks on the 29th, America did on the 8th
ZONES = ["Europe/Berlin", "Africa/Lagos", "Asia/Kolkata", "Asia/Kathmandu", "America/New_York", "Europe/Lisbon"]
EVENINGS = tuple((day, time(18), time(21)) for day in range(1, 6))
WEEKENDS = ((6, time(9), time(18)), (7, time(9), time(18)))
TUESDAYS = ((2, time(17, 15), time(23)), (4, time(6, 30), time.max))


def market(mentees=300, mentors=80, skills=40, seed=5, wrap=None):
    chance = Random(seed)
    weights = [1 / (n + 1) for n in range(skills)]

    def some(n):
        return list(dict.fromkeys(chance.choices(range(100, 100 + skills), weights, k=n)))

    near = {skill: [(skill + 1, 0.5), (skill + 7, 0.3)] for skill in range(100, 100 + skills, 2)}
    rarity = {100 + n: 1.0 + n / skills for n in range(skills)}
    builder = Builder(FIRST, rarity, near)

    def mask():
        hours = chance.choice([(), EVENINGS, EVENINGS, WEEKENDS, TUESDAYS, EVENINGS + WEEKENDS])
        return builder.mask(chance.choice(ZONES), hours)

    def tongues():
        return sum(1 << n for n in chance.choices(range(5), [9, 3, 2, 1, 1], k=2) for n in [n]) & 31 or 1

    for pk in range(1, mentors + 1):
        cans = [
            Can(s, chance.choice([2, 3, 3.5, 4, 5]), chance.choice([1, 0.6, 0.8]), n < 2) for n, s in enumerate(some(3))
        ]
        capacity = chance.choice([1, 2, 3, 5])
        builder.mentor(
            pk, cans, languages=tongues(), mask=mask(),
            room=chance.choice([0, capacity, capacity, 1]), capacity=capacity,
            price=chance.choice([0, 0, 3000, 6000]), hours=chance.choice([-1.0, 5.0, 30.0, 80.0]),
            history=chance.random() * 0.8 + 0.2, low=chance.choice([1, 2]), high=chance.choice([3, 5]),
        )  # fmt: skip
    for n in range(mentees):
        wants = [Want(s, 1 / (place + 1), chance.choice([1, 1, 2, 3])) for place, s in enumerate(some(2))]
        out = chance.sample(range(1, mentors + 1), 2) if n % 5 == 0 else ()
        # Some of the mentees mentor as well.
        pk = n + 1 if n % 40 == 0 else 10_000 + n
        builder.mentee(
            pk, wants, languages=tongues(), mask=mask(), minutes=chance.choice([30, 60, 120]),
            budget=chance.choice([-1, -1, 0, 4000]), out=out,
        )  # fmt: skip
    return builder, builder.finish(*([wrap] if wrap else []))


def congested(mentees=4_000, mentors=1_000, skills=60, seed=7, wrap=None):
    """Wishes that are spread as wishes are, a few skills for most, and room for three mentees of five."""
    chance = Random(seed)
    weights = [1 / (n + 3) for n in range(skills)]
    builder = Builder(FIRST, near={skill: [(skill + 1, 0.4)] for skill in range(0, skills, 2)})
    room = [0] * mentors
    for _ in range(int(mentees * 0.6)):
        room[chance.randrange(mentors)] += 1

    def some(n):
        return list(dict.fromkeys(chance.choices(range(skills), weights, k=n)))

    def mask():
        hours = tuple(
            (day, time(start), time(start + 3)) for day in range(1, 8) for start in (chance.choice([8, 12, 17, 19]),)
        )
        return builder.mask("Europe/Berlin", hours)

    for pk in range(1, mentors + 1):
        cans = [
            Can(s, chance.choice([2.5, 3, 3.5, 4, 4.5]), chance.uniform(0.5, 1), n < 2) for n, s in enumerate(some(4))
        ]
        builder.mentor(
            pk, cans, mask=mask(), room=room[pk - 1], capacity=max(1, room[pk - 1]), low=chance.choice([1, 2]), high=4,
            hours=chance.choice([5.0, 30.0, 50.0]), history=chance.uniform(0.6, 0.9),
        )  # fmt: skip
    for n in range(mentees):
        wants = [
            Want(s, 1 / (1 + 0.5 * place), chance.choice([1, 2, 3]), chance.choice([2, 3, 4]))
            for place, s in enumerate(some(3))
        ]
        builder.mentee(10_000 + n, wants, mask=mask())
    return builder.finish(*([wrap] if wrap else []))
