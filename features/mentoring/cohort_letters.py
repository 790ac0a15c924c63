"""What people of a group are told: whom they were paired with."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.seo import absolute
from features.mentoring.letters import TEMPLATE
from features.mentoring.models import CohortPair
from features.notifications.kinds import Group, Kind, Letter, kinds

COHORTS = Group(
    key="cohorts",
    label=gettext_lazy("Groups that are paired"),
    why=gettext_lazy("You are told whom an organiser paired you with."),
)


def letter(notification) -> Letter | None:
    pair = CohortPair.objects.select_related("cohort", "mentee", "mentor").filter(pk=notification.ref).first()
    if pair is None:
        return None
    other = pair.mentor if notification.recipient_id == pair.mentee_id else pair.mentee
    said = [_("In “%(cohort)s” you two were paired. Write first, whoever of you reads this first.")]
    context = {
        "subject": _("%(cohort)s: you and %(name)s") % {"cohort": pair.cohort.name, "name": other.name},
        "paragraphs": [text % {"cohort": pair.cohort.name} for text in said],
        "link": (_("See %(name)s") % {"name": other.name}, absolute(notification.url)),
    }
    return Letter(template=TEMPLATE, context=context)


def sentences(told) -> dict[int, str]:
    rows = CohortPair.objects.select_related("cohort", "mentee", "mentor").in_bulk([int(row.ref) for row in told])
    found = {}
    for row in told:
        if pair := rows.get(int(row.ref)):
            other = pair.mentor if row.recipient_id == pair.mentee_id else pair.mentee
            found[row.pk] = _("“%(cohort)s” paired you with %(name)s.") % {
                "cohort": pair.cohort.name,
                "name": other.name,
            }
    return found


def register():
    kinds.register("cohort_pair", Kind(letter=letter, sentences=sentences, group=COHORTS))
