from datetime import timedelta

from django.utils import timezone

from core import languages
from core.templatetags.ui import initials
from features.sessions.cards import cards
from features.sessions.models import Registration, SkillSession, WaitlistEntry, WaitlistOffer
from features.sessions.services import ROOM_OPENS, room_is_open
from features.skills.models import Skill


def stranger_home(now) -> dict:
    coming = SkillSession.objects.upcoming(now).select_related("host")
    week = cards(coming.order_by("starts_at", "pk")[:6], now)
    return {
        "week": week,
        "total": coming.count(),
        "asked": Skill.objects.filter(sessions__in=coming.order_by("starts_at", "pk")[:30]).distinct()[:4],
        "hosts": _hosts(coming),
    }


def _hosts(coming):
    """Three people of whom each teaches something else soon, for the arcade."""
    found, seen = [], set()
    for session in coming.prefetch_related("skills").order_by("starts_at", "pk")[:30]:
        skill = next(iter(session.skills.all()), None)
        if skill and session.host_id not in seen and skill.pk not in seen:
            seen |= {session.host_id, skill.pk}
            found.append({"name": session.host.name, "initials": initials(session.host.name), "skill": skill.name})
        if len(found) == 3:
            break
    return found


def member_home(person, now) -> dict:
    seats = Registration.objects.active().filter(person=person, session__ends_at__gt=now, session__cancelled_at=None)
    seats = list(seats.select_related("session__host").order_by("session__starts_at", "pk")[:6])
    hosted = list(
        SkillSession.objects.hosted_by(person)
        .filter(published_at__isnull=False, cancelled_at=None, ends_at__gt=now)
        .select_related("host")
        .order_by("starts_at", "pk")[:5]
    )
    offers = WaitlistOffer.objects.filter(entry__person=person, closed_at=None, expires_at__gt=now)
    waiting = WaitlistEntry.objects.filter(person=person, left_at=None, session__starts_at__gt=now)
    soon = SkillSession.objects.upcoming(now).select_related("host").exclude(host=person)
    soon = soon.exclude(registrations__person=person).order_by("starts_at", "pk")
    following = seats[0].session if seats else None
    if hosted and (following is None or hosted[0].starts_at < following.starts_at):
        following = hosted[0]
    return {
        "today": timezone.localdate(now),
        "following": following,
        "registration": next((seat for seat in seats if seat.session == following), None),
        "is_host": bool(following and following.host_id == person.pk),
        "room_is_open": bool(following and room_is_open(following, now)),
        "room_opens_at": following.starts_at - ROOM_OPENS if following else None,
        "offers": offers.select_related("entry__session"),
        "coming": cards([seat.session for seat in seats if seat.session != following], now),
        "hosted": cards([session for session in hosted if session != following], now),
        "waiting": cards(
            [e.session for e in waiting.select_related("session__host").order_by("session__starts_at")[:5]], now
        ),
        "soon": cards(soon[:5], now),
        "this_week": sum(seat.session.starts_at < now + timedelta(days=7) for seat in seats),
    }


def language_names(codes) -> list:
    return [languages.name(code) for code in codes]
