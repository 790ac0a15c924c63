"""Doors for the worker."""

from datetime import timedelta

from core.jobs import periodic
from features.skills import services


@periodic(minutes=24 * 60, at=timedelta(hours=3, minutes=30))
def recount_levels():
    """Every night, because we grow less sure of what happened long ago."""
    services.recount_levels()
