"""Doors for the worker: one service call each, safe to run twice."""

from datetime import timedelta

from django.utils import timezone

from core.jobs import periodic
from features.mentoring import services


@periodic(minutes=1)
def release_holds():
    services.release_expired_holds()


@periodic(minutes=1)
def remind_of_meetings():
    services.remind(now=timezone.now())


@periodic(minutes=5)
def move_mentoring_on():
    now = timezone.now()
    services.settle_meetings(now=now)
    services.expire_requests(now=now)
    services.ask_for_fit(now=now)
    services.nudge(now=now)


@periodic(minutes=24 * 60, at=timedelta(hours=3, minutes=20))
def count_answers():
    services.count_answers()


@periodic(minutes=30)
def refresh_mentor_pages():
    services.refresh_pages()
