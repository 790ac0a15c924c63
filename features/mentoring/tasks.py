"""Doors for the worker: one service call each, safe to run twice."""

import logging
from datetime import timedelta

from django.utils import timezone

from core.jobs import each, periodic
from features.mentoring import services

log = logging.getLogger(__name__)


@periodic(minutes=1)
def release_holds():
    each((services.release_expired_holds, services.keep_freed_times), lambda step: step())


@periodic(minutes=1)
def remind_of_meetings():
    now = timezone.now()
    each((services.remind, services.remind_of_hours), lambda step: step(now=now))


@periodic(minutes=5)
def move_mentoring_on():
    now = timezone.now()
    steps = (
        services.settle_meetings,
        services.expire_requests,
        services.move_written_on,
        services.expire_pooled,
        services.decide_hours,
        services.settle_hours,
        services.ask_for_fit,
        services.nudge,
    )
    each(steps, lambda step: step(now=now))


@periodic(minutes=60)
def refund_missed_meetings():
    services.refund_missed(now=timezone.now())


@periodic(minutes=60)
def open_endings():
    services.open_endings(now=timezone.now())


@periodic(minutes=24 * 60, at=timedelta(hours=3, minutes=20))
def count_answers():
    return services.count_answers()


@periodic(minutes=30)
def refresh_mentor_pages():
    return services.refresh_pages()


@periodic(minutes=1)
def draw_changed_lists():
    return services.drain()


@periodic(minutes=24 * 60, at=timedelta(hours=3, minutes=45))
def draw_all_lists():
    """After levels were counted again. First a look whether the small steps of the day led where one large one does."""
    each((services.count_history, _draw_all_changed, _compare_lists, services.rematch), lambda step: step())


def _draw_all_changed():
    while services.drain():
        pass


def _compare_lists():
    if differ := services.differing():
        log.error("lists differ from what would be drawn", extra={"people": differ[:20], "count": len(differ)})
