"""What somebody wants to reach, as the page of suggestions asks for it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from features.accounts.models import User
from features.mentoring.services.dismissing import save_wish
from features.skills.models import Goal, Skill


@transaction.atomic
def set_goal(
    *,
    person,
    reason: str,
    skills: Sequence[Skill],
    level: int,
    minutes: int,
    budget: int | None,
    now: datetime | None = None,
) -> None:
    """These skills become the first of the person's goals; others that they have stay behind them."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    wanted = [skill.pk for skill in skills]
    others = list(Goal.objects.filter(person=person).exclude(skill__in=wanted))
    for place, skill in enumerate(skills):
        values = {"level": level, "reason": reason, "position": place}
        Goal.objects.update_or_create(person=person, skill=skill, defaults=values)
    for place, goal in enumerate(others, start=len(wanted)):
        goal.position = place
        goal.save(update_fields=["position"])
    save_wish(person=person, minutes=minutes, budget=budget, now=now)
