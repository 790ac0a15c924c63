"""Doors for the worker: an id in, one service call, safe to run twice."""

from datetime import timedelta

from core.jobs import periodic
from features.forum import services


@periodic(minutes=24 * 60, at=timedelta(hours=3, minutes=20))
def recount_forum():
    services.recount()
