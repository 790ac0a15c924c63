"""Sessions as causes of a skill: having been there, and having held it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from features.sessions.models import Registration, SkillSession, fetch_cohosts
from features.skills import services as skills
from features.skills.models import SkillEvidence

ATTENDED, HOSTED = "session_attended", "session_hosted"
ATTENDED_STRENGTH = 0.15
HOSTED_STRENGTH = 0.1  # for each step of the session's level
FULL_ROOM = 3  # with fewer people there, having held it says less


def tell(session, present) -> None:
    """Write down what this session is evidence for, and withdraw what it no longer is."""
    others = Registration.objects.filter(session=session).exclude(pk__in=[seat.pk for seat in present])
    gone = [_seat_key(pk) for pk in others.values_list("pk", flat=True)]
    if not present:
        gone.append(_session_key(session.pk))
    skills.revoke_evidence(*gone)
    skills.record_all(list(_evidence(session, present)))


def _evidence(session, present):
    # Whoever was added once it had begun is named, but what they taught stands on nobody's word.
    held = [session.host, *(row.person for row in session.held_with if row.accepted_at <= session.starts_at)]
    for skill in session.skills.all():
        for seat in present:
            yield SkillEvidence(
                person=seat.person,
                skill=skill,
                kind=ATTENDED,
                strength=ATTENDED_STRENGTH,
                happened_at=session.starts_at,
                source=_seat_key(seat.pk),
            )
        for person in held if present else ():
            yield SkillEvidence(
                person=person,
                skill=skill,
                kind=HOSTED,
                strength=HOSTED_STRENGTH * session.level * min(1, len(present) / FULL_ROOM),
                happened_at=session.starts_at,
                source=_session_key(session.pk),
            )


def _seat_key(pk):
    return f"registration:{pk}"


def _session_key(pk):
    return f"session:{pk}"


# --- Speaking of them -------------------------------------------------------------------------------------------------
def tell_attended(keys, viewer):
    """Who was where is for the two sides to know: the person and the host."""
    if not viewer.is_authenticated:
        return {}
    seats = Registration.objects.filter(pk__in=_numbers(keys), session__in=SkillSession.objects.visible_to(viewer.pk))
    seats = list(seats.select_related("session"))
    fetch_cohosts([seat.session for seat in seats if seat.person_id != viewer.pk])
    return {
        _seat_key(seat.pk): _told(_("Came to “%(title)s”"), seat.session)
        for seat in seats
        if viewer.pk == seat.person_id or seat.session.is_hosted_by(viewer)
    }


def tell_hosted(keys, viewer):
    sessions = SkillSession.objects.visible_to(viewer.pk).filter(pk__in=_numbers(keys))
    return {_session_key(session.pk): _told(_("Held “%(title)s”"), session) for session in sessions}


def _told(pattern, session):
    return skills.Told(pattern % {"title": session.title}, session.get_absolute_url())


def _numbers(keys):
    return [int(key.partition(":")[2]) for key in keys]


def register():
    skills.sources.register(
        ATTENDED,
        skills.Source(
            rule=skills.Rule(reach=2.4, weight=1),
            basis=gettext_lazy("Attended"),
            words=gettext_lazy("Came to a session"),
            why=gettext_lazy("A session about the skill, by the personal link or checked in by the host."),
            tell=tell_attended,
        ),
    )
    skills.sources.register(
        HOSTED,
        skills.Source(
            rule=skills.Rule(reach=4, weight=3),
            points=10,
            basis=gettext_lazy("Taught"),
            words=gettext_lazy("Held a session"),
            why=gettext_lazy(
                "A session about the skill that took place with people in it. A higher one says more; with fewer than"
                " three people there it says less."
            ),
            tell=tell_hosted,
        ),
    )
