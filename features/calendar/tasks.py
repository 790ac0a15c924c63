"""Doors for the worker: one service call each, safe to run twice."""

from core.jobs import job_outside, periodic
from features.calendar import busy


@job_outside
def read_busy_calendar(ref):
    busy.read_busy_calendar(int(ref))


@periodic(minutes=10)
def read_due():
    return busy.read_due()
