"""The site with a claim that reads before it writes: the stampede's negative control, never part of the product."""

from core.wsgi import application  # noqa: F401 - Django first


def naive(session, person, now, ticket=None):
    from django.db import connection

    from features.sessions.models import SkillSession

    fresh = SkillSession.objects.get(pk=session.pk)
    if fresh.seats_taken >= fresh.capacity:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.01)")
    SkillSession.objects.filter(pk=session.pk).update(seats_taken=fresh.seats_taken + 1)
    return True


from features.sessions.services import seats  # noqa: E402 - after Django is set up

seats.claim_seat = naive
