"""What people want to learn of what a host can teach, and nobody holds: numbers of people, never who they are."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.http import urlencode

from core import panels
from features.accounts.models import User
from features.calendar import services as calendar
from features.discovery import services as discovery
from features.discovery.models import Wish
from features.forum.models import Thread
from features.notifications.models import Follow
from features.sessions.models import SessionSkill, SkillSession
from features.skills.models import Goal, Skill, SkillLevel, SkillName

MOST = 5


@dataclass(frozen=True)
class Wanted:
    skill: Skill
    people: int
    free_at: datetime | None  # the hour that most of them keep free, where enough of them do
    free: int
    url: str  # where a session about it is begun


def register():
    panel = panels.Panel(page="hosting", order=10, template="profiles/_demand.html", context=_panel)
    panels.panels.register("demand", panel)


def _panel(host, viewer, now):
    found = demand(host, now)
    return {"wanted": found} if found else None


def demand(host: User, now: datetime) -> list[Wanted]:
    """Skills of the host that at least three others have as a goal, follow, ask about in vain, or looked for in vain,
    most of them first; without those of which a session is coming."""
    mine = Q(pk__in=SkillLevel.objects.filter(person=host).values("skill")) | Q(
        pk__in=SessionSkill.objects.filter(session__in=SkillSession.objects.hosted_by(host)).values("skill")
    )
    coming = SessionSkill.objects.filter(session__in=SkillSession.objects.upcoming(now)).values("skill")
    known = Skill.objects.filter(mine).exclude(pk__in=coming).in_bulk()
    by_key = {f"skill:{pk}": pk for pk in known}
    names = dict(SkillName.objects.filter(skill__in=known).values_list("folded", "skill"))
    signs = {
        "goals": (Goal.objects, "skill", {pk: pk for pk in known}, "person"),
        "follows": (Follow.objects.exclude(level="off"), "key", by_key, "person"),
        "wishes": (Wish.objects.open(now), "key", names, "person"),
        "questions": (Thread.objects.shown().unanswered(), "skills", {pk: pk for pk in known}, "author"),
    }
    most: Counter[int] = Counter()  # people who show it in two ways count twice here
    for rows, column, skill_of, person in signs.values():
        counted = (
            rows.filter(**{f"{column}__in": list(skill_of)})
            .values_list(column)
            .annotate(n=Count(person, distinct=True))
        )
        for value, number in counted.order_by():
            most[skill_of[value]] += number
    found = []
    for pk, _number in most.most_common(MOST):
        who = Q()
        for rows, column, skill_of, person in signs.values():
            values = [value for value, skill in skill_of.items() if skill == pk]
            who |= Q(pk__in=rows.filter(**{f"{column}__in": values}).values(person))
        people = User.objects.active().filter(who).exclude(pk=host.pk)
        if (number := people.count()) < discovery.SHOWN_FROM:
            continue
        free_at, free = calendar.freest_hour(people, now) or (None, 0)
        if free < discovery.SHOWN_FROM:
            free_at, free = None, 0
        url = f"{reverse('session_new')}?{urlencode({'skill': known[pk].slug})}"
        found.append(Wanted(known[pk], number, free_at, free, url))
    return sorted(found, key=lambda row: (-row.people, row.skill.name))
