"""The one step that the home page suggests to a member with a goal, and why."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from features.accounts.models import User
from features.mentoring.facts import busy_pairs
from features.mentoring.models import Dismissal, MatchList, MatchRun, MentorPage
from features.skills.models import Goal


@dataclass(frozen=True)
class Step:
    what: str
    why: str
    url: str


def next_step(person: User, now: datetime) -> Step | None:
    """From what the last run has kept: the home page asks little. Who has a mentor needs none suggested."""
    goal = Goal.objects.filter(person=person).select_related("skill").first()
    if goal is None:
        return Step(
            _("Say what you want to reach"),
            _("Mentors who fit are found by a goal and up to three skills."),
            reverse("mentor_goal"),
        )
    if any(asked([person.pk]) for asked in busy_pairs.values()):
        return None
    row = MatchList.objects.filter(run__state=MatchRun.State.CURRENT, mentee=person).first()
    if row is None or not row.mentors:
        return None
    dismissed = Dismissal.objects.in_force(now).filter(mentee=person).values("mentor")
    open_pages = MentorPage.objects.with_room(now).filter(pk__in=row.mentors[:10]).exclude(pk__in=dismissed)
    pages = {page.pk: page for page in open_pages.select_related("person")}
    first = next((pages[pk] for pk in row.mentors if pk in pages), None)
    if first is None:
        return None
    return Step(
        _("See how %(name)s could help") % {"name": first.person.name},
        _("Your goal is %(skill)s, and of those with room they fit best. The reasons are on the page.")
        % {"skill": goal.skill.name},
        reverse("mentor_suggestions"),
    )
