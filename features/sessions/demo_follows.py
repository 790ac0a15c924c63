"""Whom and what the five follow who can be signed in as, and what they are told of it."""

from datetime import timedelta

from django.db import transaction

from features.accounts.models import User
from features.notifications import services as notifications
from features.notifications.models import Follow
from features.sessions import follows
from features.sessions.models import SkillSession
from features.skills.services import resolve_all

PEOPLE = {"learner": ["expert", "hana"], "expert": ["leila"], "mentor": ["expert"], "organiser": ["mentor", "leila"]}
SKILLS = {
    "learner": ["SQL", "PostgreSQL", "Python"],
    "mentor": ["Negotiation", "Python"],
    "moderator": ["Facilitation", "Feedback", "Python"],
}
NEWS = {"expert": 3, "mentor": 1, "leila": 1}  # sessions of theirs that followers have just been told of


@transaction.atomic
def fill(now):
    people = {person.email.partition("@")[0]: person for person in User.objects.filter(is_demo=True)}
    if not people or Follow.objects.filter(person__in=people.values()).exists():
        return
    found = resolve_all({name for names in SKILLS.values() for name in names})
    keys = [(who, f"person:{people[whom].pk}") for who, all_whom in PEOPLE.items() for whom in all_whom]
    keys += [(who, f"skill:{found[name].pk}") for who, names in SKILLS.items() for name in names if name in found]
    for number, (who, key) in enumerate(keys):
        notifications.follow(person=people[who], key=key, now=now - timedelta(days=40, minutes=number))
    for host, count in NEWS.items():
        coming = SkillSession.objects.upcoming(now).filter(host=people[host]).order_by("-starts_at", "-pk")
        coming = coming.exclude(registrations__person__in=[people[who] for who in PEOPLE])
        for session in coming[:count]:
            follows.tell_followers(session.pk, now=session.published_at + timedelta(minutes=1))
