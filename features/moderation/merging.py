"""What becomes of reports, decisions and the record when two accounts become one."""

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from features.accounts.merging import Obstacle, Part, columns, parts
from features.moderation.models import Case, Flag
from features.moderation.services import kept_apart_from


def obstacles(staying, merged):
    if kept_apart_from(staying) != kept_apart_from(merged):
        words = _(
            "One of the accounts is kept apart from somebody with whom the other may have begun something. Keep the"
        )
        yield Obstacle("apart", f"{words} {_('other one apart from them as well first, so that it ends.')}")


def one_report_each(staying, merged) -> None:
    """What both reported weighs once."""
    for flag in Flag.objects.filter(person=merged, case__flags__person=staying, case__decided_at=None):
        Case.objects.filter(pk=flag.case_id).update(weight=F("weight") - flag.weight)


def cases_about(staying, merged) -> None:
    Case.objects.filter(kind="person", ref=str(merged.pk)).update(ref=str(staying.pk))


def register():
    words = {
        "Flag.person": _("Reports"), "Note.person": _("Notes of moderators"), "Sanction.person": _("Past sanctions"),
        "Incident.person": _("Missed appointments"), "RoleMark.person": _("Marks"),
        "ExpertApplication.person": _("Applications to teach"), "Entry.person": _("Decisions about what they wrote"),
    }  # fmt: skip
    ruled = columns(
        "moderation",
        words,
        move="ExpertApplication.claimed_by ExpertApplication.decided_by Step.by Entry.by Entry.person Case.person"
        " Case.claimed_by Case.decided_by ActAppeal.decided_by ActAppeal.person Note.person Note.by Sanction.person"
        " Sanction.given_by Sanction.lifted_by Appeal.decided_by Incident.other IncidentAppeal.decided_by"
        " RoleMark.granted_by RoleMark.declined_by RoleMark.revoked_by SupportView.person SupportView.by"
        " AccountMerge.staying AccountMerge.by",
        keep="Flag.person Incident.person RoleMark.person SupportRefusal.person",
        alone="ExpertApplication.person",
        stay="AccountMerge.merged",
    )
    parts.register("moderation", Part(ruled, obstacles=obstacles, before=one_report_each, after=cases_about))
