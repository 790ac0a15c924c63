"""Work after a commit, through one door.

`enqueue` writes a row in the caller's transaction: no commit, no row; a commit, and the work will be done, whatever is
killed in between. `run_worker` claims rows under a lease and runs each in one transaction together with its end, so
that what a job writes is written once. Huey carries the news that there is work; the rows alone decide what is run.

    @job                       a function of one id, in `features/<name>/tasks.py`
    @job_outside               the same for what waits for others or has many items: without a transaction around it
    @periodic(minutes=5)       a function of nothing, safe to run twice, once for every slot of five minutes;
                               answers with how many it did something, which is logged
    each(things, do)           what such a function goes through: one that fails stops no other
"""

from core.jobs.outbox import enqueue, run_pending
from core.jobs.registry import job, job_outside, periodic
from core.jobs.rounds import each

__all__ = ["each", "enqueue", "job", "job_outside", "periodic", "run_pending"]
