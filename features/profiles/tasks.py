from core.jobs import job
from features.discovery import services as discovery


@job
def say_skill_anew(skill_id):
    """What mentions a skill is found by all its names."""
    discovery.republish_skills([int(skill_id)])
