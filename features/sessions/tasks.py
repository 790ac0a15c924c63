"""Doors for the worker: an id in, one service call, safe to run twice."""

from datetime import timedelta

from django.utils import timezone

from core.jobs import each, enqueue, job, job_outside, periodic
from features.sessions import follows, services
from features.sessions.services import letters


@job_outside
def tell_of_change(ref):
    """`ref` is the session; 12:moved where it starts at another time now."""
    session_id, _, what = ref.partition(":")
    letters.tell_of_change(int(session_id), has_moved=what == "moved")


@job_outside
def tell_of_cancellation(session_id):
    letters.tell_of_cancellation(int(session_id))


@job_outside
def tell_of_absence(absence_id):
    services.tell_of_absence(int(absence_id))


@job
def tell_attendees(message_id):
    services.tell_attendees(int(message_id))


@job
def tell_of_recap(recap_id):
    services.tell_of_recap(int(recap_id))


@job
def tell_followers(ref):
    """`ref` is the session, and from the second batch on the person after whom it begins: 12:345. Each batch leads to
    the next in its own transaction, so a worker that is killed leaves nobody out and tells nobody twice."""
    session_id, _, after = ref.partition(":")
    if last := follows.tell_followers(int(session_id), int(after or 0)):
        following = f"{session_id}:{last}"
        enqueue("features.sessions.tasks.tell_followers", following, key=f"followers:{following}")


@job
def refund_seats(ref):
    """A session that did not take place pays back in batches; each leads to the next in its own transaction."""
    session_id, _, after = ref.partition(":")
    if last := services.refund_batch(int(session_id), int(after)):
        following = f"{session_id}:{last}"
        enqueue("features.sessions.tasks.refund_seats", following, key=f"refunds:{following}")


@periodic(minutes=1)
def move_the_line():
    now = timezone.now()
    steps = (services.expire_offers, services.release_expired_holds, services.tell_everybody)
    each(steps, lambda step: step(now=now))


@periodic(minutes=1)
def publish_drafts():
    services.publish_due()


@periodic(minutes=1)
def remind():
    return letters.remind(now=timezone.now())


@periodic(minutes=5)
def decide_sessions():
    services.decide_due()


@periodic(minutes=5)
def settle_attendance():
    services.settle_due()


@periodic(minutes=15)
def decide_absences():
    services.decide_absences()


@periodic(minutes=24 * 60, at=timedelta(hours=3))
def recount():
    each((services.recount_seats, services.erase_removed), lambda step: step())
