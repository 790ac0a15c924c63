"""Doors for the worker: an id in, one service call, safe to run twice."""

from datetime import timedelta

from core.jobs import periodic
from features.library import services


@periodic(minutes=24 * 60, at=timedelta(hours=3, minutes=40))
def erase_removed_works():
    services.erase_removed()
