"""What became of a draft that was to be public by itself."""

from django.utils.translation import gettext_lazy as _

from core.seo import absolute
from features.notifications.kinds import Group, Kind, kinds
from features.sessions.emails import parts
from features.sessions.models import SkillSession

DRAFTS = Group(
    key="drafts",
    label=_("Drafts that publish themselves"),
    why=_("You are told what became of a session that you wanted to be public at a certain time."),
)
KINDS = {
    "session_went_public": (
        _("“%(title)s” is public."),
        _("As you wanted, people find it from now on. Whoever follows you is told."),
        _("See it, and share its address"),
        lambda session: session.is_published and not session.is_cancelled,
    ),
    "session_not_published": (
        _("“%(title)s” could not be published."),
        _(
            "It is still a draft: something is missing, or you host something else at that time by now. Open it and "
            "press “Save and publish”; what is in the way then stands at its field."
        ),
        _("Look what is missing"),
        lambda session: not session.is_published,
    ),
}  # fmt: skip


def _found(notifications) -> dict[int, SkillSession]:
    rows = SkillSession.objects.filter(removed_at=None).in_bulk([int(row.ref) for row in notifications])
    return {row.pk: rows[int(row.ref)] for row in notifications if int(row.ref) in rows}


def _letter(said, more, label, holds):
    def letter(notification):
        session = _found([notification]).get(notification.pk)
        if session is None or not holds(session):
            return None
        link = (label, absolute(notification.url))
        return parts.letter(said % {"title": session.title}, [more], link)

    return letter


def _sentences(said):
    return lambda notifications: {pk: said % {"title": row.title} for pk, row in _found(notifications).items()}


def register():
    for name, (said, more, label, holds) in KINDS.items():
        kinds.register(name, Kind(letter=_letter(said, more, label, holds), sentences=_sentences(said), group=DRAFTS))
