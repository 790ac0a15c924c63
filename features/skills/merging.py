"""What becomes of a profile and its evidence when two accounts become one."""

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from features.accounts.merging import Column, Part, Rule, columns, parts
from features.skills.access import visibilities
from features.skills.models import BlockVisibility, SkillEvidence, Visibility
from features.skills.services import DECLARED
from features.skills.services.evidence import recount


def _said_by_both(rows, staying):
    """What somebody says of themselves is one word, the last of the account that stays; what happened is one cause."""
    theirs = SkillEvidence.objects.filter(person=staying, skill=OuterRef("skill"), kind=OuterRef("kind"))
    return rows.filter(Q(kind=DECLARED) & Exists(theirs) | Exists(theirs.filter(source=OuterRef("source"))))


def hide_what_was_hidden(staying, merged) -> None:
    """Of two choices who sees a block the stricter one holds: what moves was never shown to more people."""
    order = Visibility.values.index
    theirs = visibilities(staying)
    for block, level in visibilities(merged).items():
        if order(level) > order(theirs[block]):
            chosen = {"visibility": level}
            BlockVisibility.objects.update_or_create(person=staying, block=block, defaults=chosen)


def count_again(staying, merged) -> None:
    own = SkillEvidence.objects.filter(person=staying)
    own.filter(source=f"declared:{merged.pk}").update(source=f"declared:{staying.pk}")
    recount(set(own.values_list("person_id", "skill_id")))


def register():
    words = {
        "PersonSkill.person": _("Skills on the profile"), "Goal.person": _("Goals"), "Work.person": _("Work"),
        "Education.person": _("Education"), "Certification.person": _("Certifications"),
        "Project.person": _("Projects"), "Achievement.person": _("Achievements"),
    }  # fmt: skip
    ruled = columns(
        "skills",
        words,
        move="Work.person Education.person Certification.person Project.person Achievement.person",
        keep="PersonSkill.person Goal.person SpokenLanguage.person ProfileLink.person BlockVisibility.person"
        " Profile.person",
        drop="SkillLevel.person ResumeDraft.person",
    ) | {"skills.SkillEvidence.person": Column(Rule.KEEP, _("Evidence of skills"), _said_by_both)}
    parts.register("skills", Part(ruled, before=hide_what_was_hidden, after=count_again))
