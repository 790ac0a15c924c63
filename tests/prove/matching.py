"""Matching: its quality on made data, a million members with time and memory, small steps equal to the large one."""

import contextlib
import os
import resource
import statistics
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import django

MENTEES, MENTORS, SKILLS = 800_000, 200_000, 5_000
rows: list[tuple[str, str, str, bool]] = []


def row(metric: str, must: str, got: str, holds: bool) -> None:
    rows.append((metric, must, got, holds))
    print(f"{'ok    ' if holds else 'NOT OK'} {metric}: {got} (must: {must})", flush=True)


def area(positive, negative) -> float:
    """How often a true pair scores above a false one."""
    import numpy as np

    both = np.concatenate([positive, negative])
    order = both.argsort(kind="stable")
    ranks = np.empty(len(both))
    ranks[order] = np.arange(1, len(both) + 1)
    for value in np.unique(both):  # equals share their place
        same = both == value
        ranks[same] = ranks[same].mean()
    n, m = len(positive), len(negative)
    return (ranks[:n].sum() - n * (n + 1) / 2) / (n * m)


def two_sided() -> None:
    """People who say yes for reasons of their own besides what the score sees; a pair is one if both say yes."""
    import numpy as np

    from features.mentoring.matching import plain
    from tests.mentoring.made import market

    _, m = market(600, 200, 30, 3)
    chance = np.random.default_rng(7)
    one, two, both, true = [], [], [], []
    for i in range(600):
        for j in range(0, 200, 3):
            score, terms = plain.scored(m, i, j)
            if score > 0:
                a, b = sum(terms[:3]), sum(terms[3:6])
                one.append(a)
                two.append(b)
                both.append(a + b)
    one, two, both = map(np.array, (one, two, both))
    says = [(side - side.mean()) / side.std() + chance.normal(0, 1.0, len(side)) > 0.5 for side in (one, two)]
    true = says[0] & says[1]
    figures = [area(side[true], side[~true]) for side in (both, one, two)]
    gain = figures[0] - max(figures[1:])
    row("two-sided match AUC; gain over the better side", ">= .73; >= +.06",
        f"{figures[0]:.3f}; {gain:+.3f}", figures[0] >= 0.73 and gain >= 0.06)  # fmt: skip


def cohorts() -> None:
    from features.mentoring.matching import cohort
    from tests.mentoring.test_assigning import group, optimum

    worst, over, lifted = 0.0, 0, []
    for seed in range(200):
        edges, capacity = group(seed, 30, 10)
        open_edges = [edge for edge in edges if capacity[edge[1]]]
        for solve in (cohort.plain, cohort.compiled):
            pairs = solve(open_edges, capacity)
            placed, total = optimum(edges, capacity)
            worst = max(worst, abs(sum(s for _, _, s in pairs) - total) / max(1, total), abs(len(pairs) - placed))
            used = Counter(mentor for _, mentor, _ in pairs)
            over += sum(count > capacity[mentor] for mentor, count in used.items())
        found = cohort.assign(edges, capacity)
        lifted.append(found.total / max(1, found.best_total))
    row("cohort against the optimum (scipy), 200 groups", "equal to 1e-6, no capacity violated",
        f"differs by {worst:.0e}, {over} violated, worst-off at {min(lifted):.4f} of the sum",
        worst <= 1e-6 and not over and min(lifted) >= 0.99)  # fmt: skip
    chance = Random(1)
    edges = [(i, 10**6 + chance.randrange(2000), chance.randrange(10**6)) for i in range(10_000) for _ in range(30)]
    edges = list({(i, j): (i, j, s) for i, j, s in edges}.values())
    began = time.monotonic()
    pairs = cohort.compiled(edges, {10**6 + j: 4 for j in range(2000)})
    print(f"       10,000 x 2,000 x 30 by OR-tools: {len(pairs):,} placed in {time.monotonic() - began:.1f} s")


def stability() -> None:
    from features.mentoring.matching.stable import blocking, stable

    chance, found, asked = Random(4), 0, 0
    for size in [20] * 100 + [10_000]:
        mentees, mentors = {i: {} for i in range(size)}, {10**6 + j: {} for j in range(size // 5)}
        for i in range(size):
            for j in chance.sample(sorted(mentors), min(len(mentors), chance.choice([0, 3, 20]))):
                mentees[i][j] = chance.choice([1, 2, 3, chance.random()])
                mentors[j][i] = chance.choice([1, 2, 3, chance.random()])
        capacity = {j: chance.choice([0, 1, 5]) for j in mentors}
        matched = stable(mentees, mentors, capacity)
        found += len(blocking(matched, mentees, mentors, capacity))
        asked += sum(map(len, mentees.values()))
    row("stable: blocking pairs by the checker, ties and empty lists", "0", f"{found} of {asked:,} pairs", found == 0)


def congestion() -> None:
    import numpy as np

    from features.mentoring.matching import fast, prices
    from tests.mentoring.made import congested

    m = congested(wrap=fast.wrap)
    mentees = len(m.ee_mask)
    mentors, scores, counts = fast.lists(m, np.arange(mentees))
    room = np.array(m.or_room)

    def placed(price):
        left, shown, given, got = room.copy(), set(), [], 0
        order = np.zeros(prices.SHOWN, np.int32)
        for i in np.random.default_rng(1).permutation(mentees):
            n = fast._pick(mentors[i], scores[i], counts[i], price, prices.SHOWN, order)
            listed = mentors[i][order[:n]]
            shown.update(listed.tolist())
            best = scores[i][: min(prices.SHOWN, counts[i])].sum()
            given.append(scores[i][order[:n]].sum() / best if n else 1.0)
            for j in listed:
                if left[j] > 0:
                    left[j] -= 1
                    got += 1
                    break
        hidden = 1 - len(shown) / (room > 0).sum()
        return got / mentees, hidden, 1 - float(np.mean(given))

    before = placed(np.zeros(len(room)))
    found, _ = fast.settled(mentors, scores, counts, room)
    after = placed(found)
    print(f"       without: {before[0]:.3f} placed, {before[1]:.3f} never shown; room for {room.sum() / mentees:.2f}")
    row("congestion: placed / never shown / score given up", ">= .54 / <= .05 / <= 2 %",
        f"{after[0]:.3f} / {after[1]:.3f} / {100 * after[2]:.1f} %",
        after[0] >= 0.54 and after[1] <= 0.05 and after[2] <= 0.02)  # fmt: skip


def hours() -> None:
    """Every half hour of four weeks, by asking the clocks of the zone what they show."""
    from features.mentoring.matching import week

    chance, wrong, missed, cases = Random(2), 0, 0, 0
    zones = ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham",
             "Asia/Kolkata", "Africa/Cairo", "America/St_Johns"]  # fmt: skip
    while cases < 1_000_000:
        first = date(2026, 1, 5) + timedelta(weeks=chance.randrange(104))
        zone, day = chance.choice(zones), chance.randint(1, 7)
        start, end = sorted(chance.sample(range(24 * 4), 2))
        starts, ends = (clock(quarter // 4, quarter % 4 * 15) for quarter in (start, end))
        here = ZoneInfo(zone)
        for number, mask in enumerate(week.masks(zone, ((day, starts, ends),), first)):
            began = datetime.combine(first, clock(), UTC) + timedelta(weeks=number)
            for slot in range(week.SLOTS):
                cases += 1
                a = (began + timedelta(minutes=30 * slot)).astimezone(here)
                b = (began + timedelta(minutes=30 * slot + 29, seconds=59)).astimezone(here)
                within = a.isoweekday() == b.isoweekday() == day and starts <= a.time() and b.time() < ends
                promised = bool(mask >> slot & 1)
                wrong += promised and not within
                missed += within and not promised
    row("hours promised outside of what was said, DST weeks and half-hour zones", "0 violations",
        f"{wrong} of {cases:,} half hours ({missed} not promised when clocks change)", wrong == 0)  # fmt: skip


def reasons() -> None:
    import math

    from features.mentoring.matching import kernel, plain
    from features.mentoring.matching.reasons import explain, without
    from tests.mentoring.made import market

    _, m = market(1500, 300, 40, 9)
    sums = falls = listed = barred = 0
    for i, mentors, scores in plain.lists(m, range(1500)):
        for place, (j, score) in enumerate(zip(mentors[:10], scores[:10], strict=True)):
            found, terms = plain.scored(m, i, j)
            barred += kernel.barred(m, i, j) != 0
            sums += abs(math.exp(kernel.BASE + sum(terms)) - score) <= 1e-6 and found == score
            listed += 1
            first = explain(score, terms).carries[0]
            other = without(score, terms, first)
            falls += sum(s > other for s in scores) > place or len(scores) == place + 1
    row("reasons sum to the score; without the first the rank falls", "100 %; >= 95 %",
        f"{100 * sums / listed:.1f} %; {100 * falls / listed:.1f} % of {listed:,}",
        sums == listed and falls / listed >= 0.95 and not barred)  # fmt: skip


# --- A million members ------------------------------------------------------------------------------------------------
def sql(cursor, statement) -> None:
    cursor.execute(statement)


def insert(cursor, model, source: str, **columns: str) -> None:
    """Rows of `source`, with the model's defaults for all that is not named."""
    names, values = [], []
    for field in model._meta.concrete_fields:
        if field.generated or (field.primary_key and field.attname not in columns):
            continue
        names.append(f'"{field.column}"')
        if field.attname in columns:
            values.append(columns[field.attname])
        else:
            default = field.get_default()
            if default is None:
                values.append("NULL")
            elif isinstance(default, bool | int | float):
                values.append(str(default))
            elif isinstance(default, list):
                values.append("'{}'")
            else:
                values.append(f"'{default}'")
    cursor.execute(
        f'INSERT INTO "{model._meta.db_table}" ({", ".join(names)}) SELECT {", ".join(values)} FROM {source}'
    )


def million(mentees: int, mentors: int, skills: int) -> None:
    """Members, goals, levels, hours and pages, in Postgres itself; the same every time."""
    from django.db import connection, transaction

    from features.accounts.models import RoleGrant, User
    from features.calendar.models import WeeklyHours
    from features.mentoring.models import MentorPage
    from features.skills.models import Goal, PersonSkill, Skill, SkillLevel

    everybody = mentees + mentors
    # A few skills are wanted by many and most by few.
    pick = f"least({skills}, 1 + floor(exp(random() * ln({skills} / 20.0 + 1)) * 20 - 20)::int)"
    zones = "(ARRAY['Europe/Berlin','Europe/Lisbon','Africa/Lagos','Asia/Kolkata','America/New_York'])[1 + g % 5]"
    tongues = "(ARRAY['{en}','{en,de}','{en,fr}','{pt,es}','{en}'])[1 + (g / 5) % 5]::varchar[]"
    with transaction.atomic(), connection.cursor() as cursor:
        sql(cursor, "SET LOCAL statement_timeout = 0")
        sql(cursor, "SET LOCAL session_replication_role = replica")
        sql(cursor, "SELECT setseed(0.5)")
        insert(cursor, Skill, f"generate_series(1, {skills}) g", id="g", name="'Skill ' || g", slug="'skill-' || g")
        insert(cursor, User, f"generate_series(1, {everybody}) g", id="g", email="g || '@example.org'",
               name="'Member ' || g", handle="'member-' || g", time_zone=zones, languages=tongues)  # fmt: skip
        first = mentees + 1
        insert(cursor, RoleGrant, f"generate_series({first}, {everybody}) g", person_id="g", role="'expert'")
        insert(cursor, MentorPage, f"generate_series({first}, {everybody}) g", person_id="g", capacity="1 + g % 4",
               places_taken="g % 3", price_from="g % 3 * 2000",
               answers_in="make_interval(hours => g % 70)")  # fmt: skip
        topics = MentorPage.topics.through._meta.db_table
        sql(cursor, f"INSERT INTO {topics} (mentorpage_id, skill_id) SELECT g, {pick} FROM"
                    f" generate_series({first}, {everybody}) g, generate_series(1, 3)"
                    " ON CONFLICT DO NOTHING")  # fmt: skip
        sql(cursor, f"INSERT INTO {SkillLevel._meta.db_table} (person_id, skill_id, level, low, high, causes, basis,"
                    " computed_at) SELECT mentorpage_id, skill_id, 3 + mentorpage_id % 3 * 0.7, 2, 5, 3,"
                    f" 'session_hosted', now() FROM {topics} WHERE mentorpage_id % 3 > 0")  # fmt: skip
        sql(cursor, f"INSERT INTO {PersonSkill._meta.db_table} (person_id, skill_id, level, position) SELECT"
                    f" mentorpage_id, skill_id, 2 + mentorpage_id % 4, 0 FROM {topics}"
                    " WHERE mentorpage_id % 2 = 0")  # fmt: skip
        for place in range(2):
            sql(cursor, f"INSERT INTO {Goal._meta.db_table} (person_id, skill_id, level, reason, position) SELECT g,"
                        f" {pick}, 2 + g % 4, '', {place} FROM generate_series(1, {mentees}) g"
                        f" WHERE {place} = 0 OR g % 2 = 0 ON CONFLICT DO NOTHING")  # fmt: skip
        sql(cursor, f"INSERT INTO {WeeklyHours._meta.db_table} (person_id, weekday, starts, ends) SELECT g,"
                    " 1 + (g / 7 + n * 2) % 7, make_time(8 + (g / 3) % 11, 0, 0), make_time(13 + (g / 3) % 11, 0, 0)"
                    f" FROM generate_series(1, {everybody}) g, generate_series(0, 2) n WHERE g % 4 > 0")  # fmt: skip
    with connection.cursor() as cursor:
        sql(cursor, "SET statement_timeout = 0")
        sql(cursor, "ANALYZE")


def large(mentees=MENTEES, mentors=MENTORS, skills=SKILLS) -> None:
    from django.db import connection

    from features.mentoring.loading import neighbours, wanting
    from features.mentoring.models import MatchList, MatchRun, MentorPage
    from features.mentoring.services import differing, matching
    from features.mentoring.services.relisting import bring_up_to_date
    from features.skills.models import Goal

    began = time.monotonic()
    million(mentees, mentors, skills)
    print(f"       {mentees + mentors:,} members are there after {time.monotonic() - began:.0f} s", flush=True)
    connection.close()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    subprocess.run([sys.executable, "manage.py", "match_everybody"], check=True)
    took = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    memory, processor = after.ru_maxrss / 1024**2, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    run = MatchRun.objects.get()
    row(f"full recompute, {mentees + mentors:,} members, database included", "<= 15 min, <= 6 GB",
        f"{took / 60:.1f} min ({processor / 60:.1f} of a core), {memory:.1f} GB, {MatchList.objects.count():,} lists",
        took <= 900 and memory <= 6 and run.state == "current")  # fmt: skip
    with connection.cursor() as cursor:
        sql(cursor, "SET statement_timeout = 0")
    wrong = differing(share=200 / mentees)
    row("small steps equal to the full run, a sample of 200", "equal", f"{len(wrong)} differ", not wrong)
    chance = Random(3)
    now, near = run.started_at, neighbours()
    began = time.monotonic()
    bring_up_to_date(run, [1], (), now)
    print(f"       mentors are read once, into arrays that stay, in {time.monotonic() - began:.1f} s", flush=True)

    touched: set[int] = set()

    def measured(people, many):
        took = []
        for _ in range(many):
            some = people()
            # Most of those who stand in lists then stand elsewhere in them, or in none; wishes become others.
            price, history = chance.choice([0, 1000, 9000]), chance.choice([0.3, 0.75, 1.0])
            MentorPage.objects.filter(pk__in=some).update(price_from=price, history=history, places_taken=0)
            Goal.objects.filter(person__in=some).update(level=chance.randint(2, 5))
            began = time.perf_counter()
            skills = matching.skills_of(some)
            bring_up_to_date(run, some, skills, now)
            took.append(time.perf_counter() - began)
            touched.update(some, wanting(skills, near))
        return took

    mentee = measured(lambda: [chance.randint(1, mentees)], 40)
    mentor = measured(lambda: [chance.randint(mentees + 1, mentees + mentors)], 40)
    thousand = measured(lambda: chance.sample(range(1, mentees), 1000), 1)
    sample = chance.sample(sorted(touched), min(len(touched), 500))
    wrong = matching.differing_of(run, sample, now)
    row("after these small steps a sample of 500 of those looked at is what a run would draw", "equal",
        f"{len(wrong)} of {len(sample)} differ, {len(touched):,} looked at", not wrong)  # fmt: skip
    p95 = [statistics.quantiles(took, n=20)[-1] * 1000 for took in (mentee, mentor)]
    row("a changed mentee / mentor (p95) / 1,000 at once, database included", "100 ms / 500 ms / 10 s",
        f"{p95[0]:.0f} ms / {p95[1]:.0f} ms / {thousand[0]:.1f} s",
        p95[0] <= 100 and p95[1] <= 500 and thousand[0] <= 10)  # fmt: skip
    assert Goal.objects.exists()
    assert MentorPage.objects.exists()


def unmeasured() -> None:
    for metric, command in (
        ("expert ranking on an expert-labelled collection", "evaluate_expert_ranking"),
        ("linking free text to skills on annotated sets", "evaluate_linking"),
    ):
        print(f"       {metric}: no such collection was given; manage.py {command} --data FILE measures one")


def main(arguments=()) -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "core.settings"
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    django.setup()
    from django.core.management import call_command

    if "large" not in arguments:
        for part in (two_sided, cohorts, stability, congestion, hours, reasons, unmeasured):
            part()
    if "small" not in arguments:
        with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
            call_command("migrate", verbosity=0)
        sizes = [int(word) for word in arguments if word.isdigit()]
        large(*sizes)
    return 0 if all(holds for *_, holds in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
