"""Progress as pages show it: where somebody stands, since when, and what closes the gap to where they want to be."""

from dataclasses import dataclass

from core.pagination import keyset
from core.templatetags.ui import LEVELS
from features.assessments import pages
from features.assessments.models import Badge, Bank
from features.skills import services as skills
from features.skills.models import Goal, Skill, SkillEvidence

MEASURED = ("assessed", "work_reviewed")
WIDTH, HEIGHT = 100, 40


@dataclass(frozen=True)
class Line:
    """A skill as a row: `level` is None where nothing is on record yet."""

    skill: Skill
    level: float | None
    low: float
    high: float
    basis: str
    rounded: int
    is_claimed: bool  # only what they say themselves
    goal: Goal | None
    has_assessment: bool

    @property
    def gap(self) -> float:
        return max(0.0, self.goal.level - (self.level or 1)) if self.goal else 0.0


def overview(person, now) -> dict:
    """Six queries, however many skills."""
    standings = {standing.skill.pk: standing for standing in skills.skill_levels(person)}
    goals = {goal.skill_id: goal for goal in Goal.objects.filter(person=person).select_related("skill")}
    known = {**{pk: goal.skill for pk, goal in goals.items()}, **{pk: one.skill for pk, one in standings.items()}}
    offered = set(Bank.objects.offered().filter(skill__in=known).values_list("skill_id", flat=True))
    lines = []
    for pk, skill in known.items():
        one = standings.get(pk)
        lines.append(
            Line(
                skill=skill,
                level=one.level if one else None,
                low=one.low if one else 1,
                high=one.high if one else 5,
                basis=str(one.basis) if one else "",
                rounded=one.rounded if one else 0,
                is_claimed=bool(one and one.kind == skills.DECLARED),
                goal=goals.get(pk),
                has_assessment=pk in offered,
            )
        )
    lines.sort(key=lambda line: (line.goal is None, -line.gap, -(line.level or 0), line.skill.name))
    widest = lines[0] if lines and lines[0].gap >= 0.5 else None
    return {"lines": lines, "widest": widest, "steps": pages.steps_on(widest.skill) if widest else []}


def of_skill(request, skill, now) -> dict:
    person = request.user
    steps = skills.history(person, skill, now)
    found = steps[-1][1] if steps else None
    goal = Goal.objects.filter(person=person, skill=skill).first()
    rows = SkillEvidence.objects.standing().filter(person=person, skill=skill, kind__in=skills.sources)
    page = keyset(rows, request, order=("-happened_at", "-id"))
    return {
        "skill": skill,
        "found": found,
        "word": LEVELS[found.rounded] if found else "",
        "marks": pages.marks(found.level, found.low, found.high) if found else None,
        "goal": goal,
        "gap": goal.level - found.level if goal and found and goal.level > found.level else None,
        "ribbon": ribbon(steps, goal),
        "steps_over_time": [(at, one) for at, one in steps[:-1]][::-1][:12],
        "basis": skills.sources[found.basis].basis if found else "",
        "causes": skills.tell_causes(page.items, found, person) if found else [],
        "page": page,
        "can_badge": bool(found and found.basis in MEASURED),
        "badge": Badge.objects.filter(person=person, skill=skill, revoked_at=None).first(),
        "banks": list(Bank.objects.offered().filter(skill=skill)[:3]),
        "steps": pages.steps_on(skill),
    }


def ribbon(steps, goal=None) -> dict | None:
    """The band and the line of a level over time, as points in a box of WIDTH by HEIGHT: one point for each change, and
    today's. A band of a single moment would be no picture."""
    if len(steps) < 3:
        return None
    first, last = steps[0][0], steps[-1][0]
    whole = (last - first).total_seconds() or 1

    def x(at):
        return f"{(at - first).total_seconds() / whole * WIDTH:.2f}"

    def y(level):
        return f"{HEIGHT - (level - 1) / 4 * HEIGHT:.2f}"

    upper = [f"{x(at)},{y(one.high)}" for at, one in steps]
    lower = [f"{x(at)},{y(one.low)}" for at, one in reversed(steps)]
    return {
        "band": " ".join(upper + lower),
        "line": " ".join(f"{x(at)},{y(one.level)}" for at, one in steps),
        "goal": y(goal.level) if goal else "",
        "first": first,
        "last": last,
        "width": WIDTH,
        "height": HEIGHT,
    }
