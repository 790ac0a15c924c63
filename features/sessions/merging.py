"""What becomes of sessions and seats when two accounts become one."""

from django.utils.translation import gettext_lazy as _

from features.accounts.merging import Obstacle, Part, columns, parts
from features.sessions.models import CoHost, Registration, WaitlistEntry


def obstacles(staying, merged):
    """Who hosts along has no place of their own, and nobody waits for what they have. As host of all they are found by
    the columns."""
    seats, lines = Registration.objects.all(), WaitlistEntry.objects.filter(left_at=None)
    for one, other in ((staying, merged), (merged, staying)):
        along = CoHost.objects.filter(person=one).values("session")
        if (
            seats.filter(person=other, session__in=along).exists()
            or lines.filter(person=other, session__in=along).exists()
        ):
            yield Obstacle("own_guest", _("One of the accounts hosts along where the other one has, or had, a place."))
        if lines.filter(person=other, session__in=seats.active().filter(person=one).values("session")).exists():
            words = _(
                "One of the accounts waits for a seat in a session in which the other has one. Leave the line first."
            )
            yield Obstacle("in_line", words)


def register():
    words = {
        "SkillSession.host": _("Sessions hosted"), "Registration.person": _("Seats"),
        "WaitlistEntry.person": _("Places in line"), "CoHost.person": _("Sessions hosted along"),
        "SessionMessage.by": _("Messages to guests"), "Recap.by": _("What stays of sessions"),
    }  # fmt: skip
    ruled = columns(
        "skill_sessions",
        words,
        move="SkillSession.host SkillSession.removed_by Registration.cancelled_by Attendance.recorded_by"
        " HostAbsence.decided_by Recap.removed_by Recap.by Review.removed_by",
        keep="KeptForm.person",
        alone="Registration.person WaitlistEntry.person CoHost.person SessionMessage.by",
    )
    parts.register("sessions", Part(ruled, obstacles=obstacles))
