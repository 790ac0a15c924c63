"""1,000 jobs with a letter each, a worker killed with -9 every 2 s: all done, none lost, every letter once."""

import os
import tempfile
import time
from pathlib import Path

import tests.environment  # noqa: F401 - before Django reads its settings

JOBS, WORKERS, KILL_EVERY, THINKING = 1000, 3, 2, 0.05
PATIENCE = 600


def main() -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "core.settings"
    import django

    django.setup()
    from django.db import connection

    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        return judge()
    finally:
        connection.creation.destroy_test_db("", verbosity=0)


def judge() -> int:
    from django.conf import settings
    from django.db import connection, transaction

    from core.jobs import enqueue
    from core.models import Outbox
    from tests.core import job_tasks
    from tests.core.workers import StrictServer, Workers

    mine = Outbox.objects.filter(task="tests.core.job_tasks.letter")
    with connection.cursor() as cursor:
        cursor.execute(job_tasks.TABLE)
    with transaction.atomic():
        for ref in range(JOBS):
            enqueue("tests.core.job_tasks.letter", ref)
    folder = Path(tempfile.mkdtemp(prefix="masteryhub-jobs-"))
    workers, kills = Workers(folder), 0
    started = time.monotonic()
    with StrictServer(think=lambda: time.sleep(THINKING)) as server:
        try:
            for _ in range(WORKERS):
                workers.start(mail_port=server.port, lease=settings.JOB_LEASE)
                time.sleep(KILL_EVERY / WORKERS)
            while mine.filter(done_at=None).exists():
                assert time.monotonic() - started < PATIENCE, f"{mine.filter(done_at=None).count()} are not done"
                time.sleep(KILL_EVERY)
                if workers[0].has_started():  # else it has begun nothing that could be lost
                    workers.pop(0).kill()
                    kills += 1
                    workers.start(mail_port=server.port, lease=settings.JOB_LEASE)
        finally:
            workers.end()
    seconds = time.monotonic() - started
    effects = job_tasks.counts("letter")
    figures = {
        "jobs done": len(effects),
        "jobs lost": JOBS - len(effects),
        "effects twice": sum(count > 1 for count in effects.values()),
        "letters": len(server.accepted),
        "letters twice": sum(count > 1 for count in server.accepted.values()),
        "letters the server dropped": server.dropped,
        "jobs given up": mine.exclude(parked_at=None).count(),
        "kills": kills,
        "jobs that a kill interrupted": mine.filter(attempts__gt=1).count(),
        "seconds": round(seconds),
    }
    for name, value in figures.items():
        print(f"{value:6}  {name}")
    wanted = {"jobs done": JOBS, "jobs lost": 0, "effects twice": 0, "letters": JOBS, "letters twice": 0}
    is_proved = all(figures[name] == value for name, value in wanted.items())
    is_proved = is_proved and figures["jobs given up"] == 0 and figures["jobs that a kill interrupted"] > 0
    return 0 if is_proved else 1


if __name__ == "__main__":
    raise SystemExit(main())
