"""The numbers in rows, counted again from what they count. There should be nothing to mend."""

import logging

from django.db import connection, transaction

from features.forum.models import Board
from features.forum.services.asked_about import forget_what_is_gone
from features.forum.services.reading import recount_readings

log = logging.getLogger(__name__)

# Each names one table and says which of its rows differ from what is there.
RECOUNTS = {
    "votes": """
        UPDATE forum_post p SET score = c.score, ups = c.ups FROM (
            SELECT p.id, p.brought + coalesce(sum(v.value), 0) AS score,
                p.brought_ups + count(*) FILTER (WHERE v.value > 0) AS ups
            FROM forum_post p LEFT JOIN forum_vote v ON v.post_id = p.id WHERE p.part <> 'comment' GROUP BY p.id
        ) c WHERE c.id = p.id AND (p.score, p.ups) IS DISTINCT FROM (c.score, c.ups)
    """,
    "comments": """
        UPDATE forum_post p SET comments = c.n FROM (
            SELECT p.id, count(r.id) AS n FROM forum_post p
            LEFT JOIN forum_post r ON r.parent_id = p.id AND r.part = 'comment' AND r.state = 'shown'
            WHERE p.part <> 'comment' GROUP BY p.id
        ) c WHERE c.id = p.id AND p.comments <> c.n
    """,
    "replies": """
        UPDATE forum_thread t SET replies = c.n, score = c.score FROM (
            SELECT t.id, count(r.id) AS n, coalesce(max(o.score), 0) AS score FROM forum_thread t
            LEFT JOIN forum_post o ON o.thread_id = t.id AND o.part = 'opening'
            LEFT JOIN forum_post r ON r.thread_id = t.id AND r.part = 'reply' AND r.state = 'shown'
                AND NOT (r.is_aside AND t.kind = 'question')
            GROUP BY t.id
        ) c WHERE c.id = t.id AND (t.replies, t.score) IS DISTINCT FROM (c.n, c.score)
    """,
}


@transaction.atomic
def recount() -> int:
    """Count everything anew; answers how many rows said something else."""
    mended = 0
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE forum_thread, forum_post, forum_vote IN SHARE ROW EXCLUSIVE MODE")
        for name, statement in RECOUNTS.items():
            cursor.execute(statement)
            if cursor.rowcount:
                log.warning("recounted", extra={"what": name, "rows": cursor.rowcount})
                mended += cursor.rowcount
    return mended + recount_readings()


def forget_demo() -> None:
    """When the invented people are gone: boards that only they wrote on go too, and the others are counted anew."""
    Board.objects.filter(is_demo=True, threads=None).delete()
    Board.objects.filter(is_demo=True).update(is_demo=False)
    forget_what_is_gone()
    recount()
