"""Doors for the worker: an id in, one service call, safe to run twice."""

from core.jobs import periodic
from features.assessments import services


@periodic(minutes=5)
def end_overdue_attempts():
    services.end_overdue()
