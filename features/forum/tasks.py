"""Doors for the worker: an id in, one service call, safe to run twice."""

from datetime import timedelta

from core.jobs import enqueue, job, periodic
from features.forum import services
from features.forum.models import Thread


@periodic(minutes=24 * 60, at=timedelta(hours=3, minutes=20))
def recount_forum():
    services.recount()


@periodic(minutes=24 * 60, at=timedelta(hours=4, minutes=10))
def mark_stale_answers():
    services.mark_stale()


@job
def settle_board(ref):
    """`ref` is a board of which it was said anew after how long answers are asked about, or whose area it is."""
    services.settle(Thread.objects.filter(board=int(ref)))


@job
def tell_of_thread(ref):
    """`ref` is the thread, and from the second batch on the person after whom it begins: 12:345."""
    _tell("tell_of_thread", services.tell_of_thread, ref)


@job
def tell_of_reply(ref):
    """The same, for an answer."""
    _tell("tell_of_reply", services.tell_of_reply, ref)


def _tell(task, tell, ref):
    thing, _, after = ref.partition(":")
    if last := tell(int(thing), int(after or 0)):
        following = f"{thing}:{last}"
        enqueue(f"features.forum.tasks.{task}", following, key=f"forum-{task}:{following}")


@periodic(minutes=10)
def publish_from_workshop():
    services.publish_due()


@periodic(minutes=1)
def erase_redactions():
    services.erase_redactions()
