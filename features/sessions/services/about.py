"""The skills that a session is about."""

from features.discovery import services as discovery
from features.sessions.models import SessionSkill


def set_skills(session, skills):
    wanted = [skill.pk for skill in skills]
    known = list(session.session_skills.values_list("skill_id", flat=True))
    if known == wanted:
        return
    if known:
        session.session_skills.all().delete()
    SessionSkill.objects.bulk_create(
        SessionSkill(session=session, skill_id=pk, position=place) for place, pk in enumerate(wanted)
    )


def take_over_skill(source, into) -> int:
    """Sessions about `source` are about `into`; answers how many there were. Their words in the search follow."""
    rows = SessionSkill.objects.filter(skill=source)
    sessions = list(rows.values_list("session", flat=True))
    rows.filter(session__in=SessionSkill.objects.filter(skill=into).values("session")).delete()
    rows.update(skill=into)
    discovery.republish("session", [str(pk) for pk in sessions])
    return len(sessions)
