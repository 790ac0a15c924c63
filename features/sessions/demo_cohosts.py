"""In the demo world the expert's next session is held by two, and the mentor is asked to hold the one after it."""

from datetime import datetime, timedelta

from features.accounts.models import User
from features.sessions import services
from features.sessions.models import Registration, SkillSession, WaitlistEntry

EXPERT, MENTOR = "expert@demo.example", "mentor@demo.example"
CAST = [f"{name}@demo.example" for name in ("learner", "expert", "mentor", "moderator", "organiser")]


def fill(now: datetime) -> None:
    coming = SkillSession.objects.upcoming(now).filter(host__email=EXPERT, starts_at__gt=now + timedelta(hours=12))
    sessions = list(coming.select_related("host").order_by("starts_at", "pk")[:2])
    asked = [_free(sessions[:1]), User.objects.filter(email=MENTOR).first()]
    for session, person in zip(sessions, asked, strict=False):
        if person:
            services.invite_cohost(session=session, by=session.host, handle=person.handle, now=now - timedelta(days=1))
            if person.email != MENTOR:
                services.accept_cohosting(session=session, by=person, now=now - timedelta(hours=20))


def _free(sessions) -> User | None:
    """Who hosts nothing and has no part in it yet."""
    seats = Registration.objects.filter(session__in=sessions).values("person")
    line = WaitlistEntry.objects.filter(session__in=sessions).values("person")
    people = User.objects.filter(is_demo=True, is_active=True, hosted_sessions=None).exclude(email__in=CAST)
    return people.exclude(pk__in=seats).exclude(pk__in=line).order_by("-pk").first()
