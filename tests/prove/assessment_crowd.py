"""Many people who take a test at the same time, through the services."""

import time
from random import Random


def crowd(people: int, threads: int = 8) -> dict:
    """So many people take a test at once through the services: what is lost, doubled or wrong afterwards."""
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection
    from django.db.models import Count, Q

    from features.accounts.models import User
    from features.assessments import ability, services
    from features.assessments.models import Attempt, Response
    from features.skills.models import SkillEvidence
    from tests.assessments.conftest import make_bank
    from tests.factories import make_skill, make_user

    author, reader = make_user("An Author", role="expert"), make_user("A Reader", role="expert")
    bank = make_bank(author, reader, make_skill("Answering at once"), items=60, most=8)
    User.objects.bulk_create(
        [
            User(email=f"p{n}@example.org", handle=f"p-{n}", name=f"P {n}", password="!", time_zone="UTC")
            for n in range(people)
        ],
        batch_size=2000,
    )
    everybody = list(User.objects.filter(handle__startswith="p-").order_by("pk"))

    def run(mine):
        answered, took = 0, []
        try:
            for person in mine:
                chance = Random(person.pk)
                attempt = services.begin(bank=bank, person=person)
                while row := services.current(attempt=attempt):
                    given = [str(chance.randrange(4))] if chance.random() < 0.9 else []
                    begun = time.perf_counter()
                    services.answer(attempt=attempt, position=row.position, given=given)
                    took.append(1000 * (time.perf_counter() - begun))
                    answered += 1
                    if chance.random() < 0.1:  # a second press, with something else
                        services.answer(attempt=attempt, position=row.position, given=["3"])
            return answered, took
        finally:
            connection.close()

    begun = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(run, [everybody[n::threads] for n in range(threads)]))
    seconds = time.perf_counter() - begun
    answered, took = sum(part[0] for part in parts), sorted(t for part in parts for t in part[1])
    wrong = 0
    for attempt in Attempt.objects.order_by("pk")[::50]:
        found = ability.summary(services.posterior(attempt))
        wrong += attempt.mean is None or abs(found.mean - attempt.mean) > 1e-9
    rows = Response.objects.filter(answered_at__isnull=False).select_related("version")
    wrong += sum(row.is_right != (row.answer == ["0"]) for row in rows.iterator(chunk_size=5000))
    gaps = Attempt.objects.annotate(
        n=Count("responses"), open=Count("responses", filter=Q(responses__answered_at=None))
    )
    return {
        "people": people, "answers": answered, "kept": rows.count(), "lost": answered - rows.count(), "wrong": wrong,
        "unfinished": gaps.filter(Q(finished_at=None) | Q(open__gt=0)).count(),
        "evidence": SkillEvidence.objects.count(), "seconds": round(seconds),
        "p50": round(took[len(took) // 2], 1), "p95": round(took[int(0.95 * len(took))], 1),
    }  # fmt: skip
