from datetime import timedelta

from core.jobs import job, periodic
from core.models import PeriodicRun
from features.discovery import services

LEARN = "features.discovery.tasks.learn_words"


@job
def say_skill_anew(skill_id):
    """What mentions a skill is found by all its names."""
    services.republish_skills([int(skill_id)])


@periodic(minutes=5)
def learn_words():
    """The words of what was published since this was last done; without a last time, of everything."""
    last = PeriodicRun.objects.filter(task=LEARN, finished_at__isnull=False).order_by("-slot").first()
    services.learn_words(last and last.started_at)


@periodic(minutes=24 * 60, at=timedelta(hours=3, minutes=40))
def relearn_words():
    services.relearn_words()
