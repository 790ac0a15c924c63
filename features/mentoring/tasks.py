"""Doors for the worker: one service call each, safe to run twice."""

from django.utils import timezone

from core.jobs import periodic
from features.mentoring import services


@periodic(minutes=1)
def release_holds():
    services.release_expired_holds()


@periodic(minutes=1)
def remind_of_meetings():
    services.remind(now=timezone.now())


@periodic(minutes=30)
def refresh_mentor_pages():
    services.refresh_pages()
