"""Doors for the worker: an id in, one service call, safe to run twice."""

from datetime import timedelta

from django.utils import timezone

from core.jobs import each, periodic
from features.assessments import services


@periodic(minutes=5)
def end_overdue_attempts():
    services.end_overdue()


@periodic(minutes=30)
def move_work_on():
    each((services.sweep, services.end_unjudged), lambda step: step(timezone.now()))


@periodic(minutes=10)
def remind_of_evaluations():
    services.remind_of_evaluations(timezone.now())


@periodic(minutes=24 * 60, at=timedelta(hours=2, minutes=40))
def calibrate_banks():
    return services.calibrate_all()


@periodic(minutes=24 * 60, at=timedelta(hours=4, minutes=10))
def look_after_badges():
    each((services.grant_awards, services.remind_of_ends), lambda step: step())
