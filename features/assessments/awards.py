"""Achievements: a rule each, with the criterion in words. Who has met it is asked of the rows, so that a rule that is
added later is granted to those who met it before."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from features.accounts.models import User
from features.assessments.models import Attempt, Award, Reading, Submission
from features.skills.models import SkillLevel

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Rule:
    key: str
    name: "StrPromise"
    criterion: "StrPromise"
    people: Callable[[], QuerySet]  # their keys

    def is_met_by(self, person) -> bool:
        found = self.people()
        return found.filter(**{"pk" if found.model is User else "person": person.pk}).exists()


def _with_result():
    return Attempt.objects.with_result().order_by().values_list("person", flat=True).distinct()


def _three_measured():
    measured = SkillLevel.objects.filter(basis__in=["assessed", "work_reviewed"]).order_by().values("person")
    return measured.annotate(n=Count("pk")).filter(n__gte=3).values_list("person", flat=True)


def _leading():
    sure = SkillLevel.objects.filter(basis__in=["assessed", "work_reviewed"], level__gte=4, low__gte=3.2)
    return sure.order_by().values_list("person", flat=True).distinct()


def _judged():
    done = Submission.objects.filter(state=Submission.State.DONE, voided_at=None)
    return done.order_by().values_list("person", flat=True).distinct()


def _useful_reader():
    useful = Count("readings", filter=Q(readings__answer=Reading.Answer.USEFUL))
    return User.objects.annotate(n=useful).filter(n__gte=5).order_by().values_list("pk", flat=True)


RULES = (
    Rule("measured", _("Knows where they stand"), _("Took a test that came to a level."), _with_result),
    Rule("judged", _("Showed work"), _("Had work judged by others."), _judged),
    Rule("three", _("Measured in three"), _("Has a measured level in three skills."), _three_measured),
    Rule("leading", _("Leading, and surely"), _("Is measured at 4 or more in a skill, beyond doubt."), _leading),
    Rule("useful", _("A useful reader"), _("Five authors called a judgement of theirs useful."), _useful_reader),
)
RARITY = ((1, _("Legendary")), (5, _("Rare")), (20, _("Uncommon")), (100, _("Common")))


def gallery(person) -> list[dict]:
    """All rules with how many hold them, of all members; two queries and one of one's own."""
    members = max(1, User.objects.active().count())
    held = dict(Award.objects.order_by().values("rule").annotate(n=Count("pk")).values_list("rule", "n"))
    mine = (
        dict(Award.objects.filter(person=person).values_list("rule", "granted_at")) if person.is_authenticated else {}
    )
    found = []
    for rule in RULES:
        percent = 100 * held.get(rule.key, 0) / members
        rarity = next(words for most, words in RARITY if percent <= most or most == 100)
        found.append({"rule": rule, "holders": held.get(rule.key, 0), "percent": percent, "rarity": rarity,
                      "granted_at": mine.get(rule.key)})  # fmt: skip
    return found
