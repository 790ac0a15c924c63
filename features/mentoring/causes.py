"""Mentorships as causes of a skill: what a mentor signed off, and having mentored somebody to an end."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from features.mentoring.models import Engagement
from features.mentoring.services.engagements import MENTORED, SIGNED_OFF
from features.skills import services as skills


def tell_signed_off(keys, viewer):
    """By whom is for everybody to read: a sign-off is worth what its giver is."""
    return {
        key: skills.Told(_("Signed off by %(name)s") % {"name": row.mentor.name}, row.mentor.get_absolute_url())
        for key, row in _engagements(keys)
    }


def tell_mentored(keys, viewer):
    """Whom is between the two."""
    return {
        key: skills.Told(_("Mentored %(name)s") % {"name": row.mentee.name}, row.get_absolute_url())
        for key, row in _engagements(keys)
        if viewer.pk in (row.mentor_id, row.mentee_id)
    }


def _engagements(keys):
    rows = Engagement.objects.select_related("mentor", "mentee").in_bulk([int(key.partition(":")[2]) for key in keys])
    return [(f"engagement:{pk}", row) for pk, row in rows.items()]


def register():
    skills.sources.register(
        SIGNED_OFF,
        skills.Source(
            rule=skills.Rule(reach=4, weight=2),
            basis=gettext_lazy("Signed off"),
            words=gettext_lazy("Signed off by a mentor"),
            why=gettext_lazy("A mentor who worked with the person says that the skill was learnt."),
            tell=tell_signed_off,
        ),
    )
    skills.sources.register(
        MENTORED,
        skills.Source(
            rule=skills.Rule(reach=4.5, weight=2),
            points=20,
            basis=gettext_lazy("Mentored"),
            words=gettext_lazy("Mentored somebody"),
            why=gettext_lazy(
                "Meetings about the skill, in a mentorship that came to a good end, or whose mentee fell silent."
            ),
            tell=tell_mentored,
        ),
    )
