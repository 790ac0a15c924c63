"""How moderation went in the last days: how long people waited, how often it was wrong, who carried it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from features.accounts.models import User

MUCH = 40  # decisions a day, after which somebody should stop for today

BY_PERSON = """
    SELECT c.decided_by_id, count(*),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM c.decided_at - c.opened_at)),
           max(d.n)
    FROM moderation_case c JOIN (
        SELECT decided_by_id, max(n) AS n FROM (
            SELECT decided_by_id, count(*) AS n FROM moderation_case
            WHERE decided_at >= %(since)s AND decided_at < %(now)s GROUP BY decided_by_id, date_trunc('day', decided_at)
        ) by_day GROUP BY decided_by_id
    ) d ON d.decided_by_id = c.decided_by_id
    WHERE c.decided_at >= %(since)s AND c.decided_at < %(now)s GROUP BY c.decided_by_id
"""
TIMES = """
    SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY s), percentile_cont(0.9) WITHIN GROUP (ORDER BY s)
    FROM (SELECT extract(epoch FROM decided_at - opened_at) AS s FROM moderation_case
          WHERE decided_at >= %(since)s AND decided_at < %(now)s) c
"""
ACTS = """
    SELECT e.by_id, count(*), count(a.id) FILTER (WHERE a.outcome = 'overturned')
    FROM moderation_entry e LEFT JOIN moderation_actappeal a ON a.entry_id = e.id
    WHERE e.done_at >= %(since)s AND e.done_at < %(now)s AND e.by_id IS NOT NULL
      AND e.act NOT IN ('undo', 'restored') AND e.by_id IS DISTINCT FROM e.person_id
    GROUP BY e.by_id
"""
FLAGS = """
    SELECT count(*) FILTER (WHERE f.outcome = 'right'), count(*) FILTER (WHERE f.outcome IN ('right', 'wrong'))
    FROM moderation_flag f JOIN moderation_case c ON c.id = f.case_id
    WHERE c.decided_at >= %(since)s AND c.decided_at < %(now)s
"""


@dataclass(frozen=True)
class Share:
    """What one moderator carried."""

    person: User
    decided: int
    median: timedelta | None
    acts: int
    overturned: int
    busiest_day: int

    @property
    def is_much(self) -> bool:
        return self.busiest_day > MUCH


@dataclass(frozen=True)
class Figures:
    decided: int
    median: timedelta | None
    ninth: timedelta | None  # nine of ten were decided within
    acts: int
    overturned: int
    right: int
    reports: int
    shares: list[Share]


def figures(*, days: int = 7, now: datetime | None = None) -> Figures:
    """Four queries and the names, however much there was."""
    now = now or timezone.now()
    span = {"since": now - timedelta(days=days), "now": now}
    with connection.cursor() as cursor:
        cursor.execute(TIMES, span)
        decided, median, ninth = cursor.fetchone()
        cursor.execute(FLAGS, span)
        right, reports = cursor.fetchone()
        cursor.execute(ACTS, span)
        acted = {person: (done, overturned) for person, done, overturned in cursor.fetchall()}
        cursor.execute(BY_PERSON, span)
        carried = {person: (n, _span(seconds), busiest) for person, n, seconds, busiest in cursor.fetchall()}
    people = User.objects.in_bulk(acted.keys() | carried.keys())
    shares = [
        Share(person, *carried.get(pk, (0, None, 0))[:2], *acted.get(pk, (0, 0)), carried.get(pk, (0, None, 0))[2])
        for pk, person in people.items()
    ]
    shares.sort(key=lambda share: (-share.decided - share.acts, share.person.pk))
    done, overturned = (sum(row[n] for row in acted.values()) for n in (0, 1))
    return Figures(decided, _span(median), _span(ninth), done, overturned, right, reports, shares)


def _span(seconds) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=round(seconds))
