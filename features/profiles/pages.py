from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from core import languages
from core.seo import absolute, json_ld
from core.templatetags.ui import initials, stored_url
from features.forum.lists import lines
from features.forum.models import Thread
from features.library.cards import cards as work_cards
from features.library.models import Work
from features.mentoring import services as mentoring
from features.payments.models import Order
from features.sessions.cards import cards
from features.sessions.models import Registration, SkillSession, WaitlistEntry, WaitlistOffer
from features.sessions.services import ROOM_OPENS, places_in_line, room_is_open
from features.skills import services as skills
from features.skills.models import PersonSkill, Skill, SkillLevel
from features.skills.services import SkillStanding

NEWEST = 300  # threads that are looked through for what somebody could answer


def stranger_home(now) -> dict:
    coming = SkillSession.objects.upcoming(now).select_related("host")
    week = cards(coming.order_by("starts_at", "pk")[:6], now)
    return {
        "week": week,
        "total": coming.count(),
        "asked": Skill.objects.filter(sessions__in=coming.order_by("starts_at", "pk")[:30])
        .annotate(n=Count("sessions"))
        .order_by("-n", "name")[:4],
        "hosts": _hosts(coming),
        "questions": lines(Thread.objects.answered().with_its_row().order_by("-accepted_at", "-pk")[:4]),
        "works": work_cards(Work.objects.listed().select_related("author").order_by("-published_at", "-pk")[:4]),
        "site_search": json_ld(site_search()),
    }


def site_search() -> dict:
    """schema.org/WebSite with the way to look through it."""
    target = {"@type": "EntryPoint", "urlTemplate": absolute(reverse("search")) + "?q={search_term_string}"}
    action = {"@type": "SearchAction", "target": target, "query-input": "required name=search_term_string"}
    return {"@type": "WebSite", "name": settings.SITE_NAME, "url": absolute("/"), "potentialAction": action}


def _hosts(coming):
    """Three people of whom each teaches something else soon, for the arcade."""
    found, seen = [], set()
    for session in coming.prefetch_related("skills").order_by("starts_at", "pk")[:30]:
        skill = next((one for one in session.skills.all() if _is_short(one.name)), None)
        if skill and session.host_id not in seen and skill.pk not in seen:
            seen |= {session.host_id, skill.pk}
            found.append({"name": session.host.name, "initials": initials(session.host.name), "skill": skill.name})
        if len(found) == 3:
            break
    return found


def _is_short(name: str) -> bool:
    """Whether each of its words stands whole in an arch on a phone."""
    return all(len(word) <= 12 for word in name.split())


def _to_answer(person):
    """Questions among the newest that nobody has answered, about what the person says or has shown that they know."""
    said = PersonSkill.objects.filter(person=person).values("skill")
    proven = SkillLevel.objects.evidenced().filter(person=person, level__gte=2).values("skill")
    newest = Thread.objects.shown().order_by("-pk").values("pk")[:NEWEST]
    asked = Thread.objects.unanswered().filter(Q(skills__in=said) | Q(skills__in=proven), pk__in=newest, closing="")
    return asked.exclude(author=person).distinct().with_its_row().order_by("-pk")[:3]


def member_home(person, now) -> dict:
    seats = Registration.objects.active().filter(person=person, session__ends_at__gt=now, session__cancelled_at=None)
    seats = list(seats.select_related("session__host").order_by("session__starts_at", "pk")[:6])
    hosted = list(
        SkillSession.objects.hosted_by(person)
        .filter(published_at__isnull=False, cancelled_at=None, ends_at__gt=now)
        .select_related("host")
        .order_by("starts_at", "pk")[:5]
    )
    places = WaitlistEntry.objects.filter(person=person, left_at=None)
    waiting = places.filter(session__starts_at__gt=now, session__cancelled_at=None)
    offers = WaitlistOffer.objects.filter(entry__in=waiting, closed_at=None, expires_at__gt=now)
    offers = list(offers.select_related("entry__session"))
    in_line = waiting.exclude(pk__in=[offer.entry_id for offer in offers])
    in_line = list(in_line.select_related("session__host").order_by("session__starts_at", "pk")[:5])
    soon = (
        SkillSession.objects.upcoming(now)
        .select_related("host")
        .exclude(pk__in=SkillSession.objects.hosted_by(person).values("pk"))
    )
    mine = Registration.objects.active().filter(person=person, session=OuterRef("pk"))
    soon = soon.exclude(Exists(mine)).order_by("starts_at", "pk")
    unpaid = Order.objects.unpaid().filter(buyer=person, hold_until__gt=now)
    own = [*hosted, *(seat.session for seat in seats)]
    following = seats[0].session if seats else None
    if hosted and (following is None or hosted[0].starts_at < following.starts_at):
        following = hosted[0]
    coming_up = mentoring.commitments(person, now)
    meeting = coming_up["meeting"]
    return {
        "today": timezone.localdate(now),
        "following": following,
        "registration": next((seat for seat in seats if seat.session == following), None),
        "is_host": following in hosted,
        "room_is_open": bool(following and room_is_open(following, now)),
        "room_opens_at": following.starts_at - ROOM_OPENS if following else None,
        "offers": offers,
        "unpaid": [
            (order, int((order.hold_until - now).total_seconds()))
            for order in unpaid.prefetch_related("lines").order_by("hold_until")
        ],
        "coming": cards([seat.session for seat in seats if seat.session != following], now),
        "hosted": cards([session for session in hosted if session != following], now),
        "waiting": cards([entry.session for entry in in_line], now, places_in_line(in_line, now)),
        "soon": cards(soon[:5], now),
        "mentoring": coming_up,
        "meeting_is_first": bool(meeting and following and meeting.starts_at < following.starts_at),
        "step": mentoring.next_step(person, now),
        "to_answer": lines(_to_answer(person), now=now),
        "this_week": sum(one.starts_at < now + timedelta(days=7) for one in own),
    }


def language_names(codes) -> list:
    return [languages.name(code) for code in codes]


# --- A person's page --------------------------------------------------------------------------------------------------
def facts(person, now, *, is_open: bool = True) -> dict:
    """What somebody has done here, counted; points where their causes may be seen."""
    held = SkillSession.objects.held(now).hosted_by(person)
    came = Registration.objects.present().filter(session__in=held)
    points = skills.reputation_of(person) if is_open else 0
    return {"held": held.count(), "came": came.count(), "points": points}


def came_words(sessions) -> dict[int, str]:
    """How many were there, by session, in one query: what the sums consist of."""
    there = Registration.objects.present().filter(session__in=[session.pk for session in sessions])
    counted = there.order_by().values_list("session").annotate(n=Count("pk"))
    return {pk: ngettext("%(n)d person came", "%(n)d people came", n) % {"n": n} for pk, n in counted}


@dataclass(frozen=True)
class Standing:
    """A skill on somebody's page: what is on record, beside what they say themselves; one of the two may be missing."""

    skill: Skill
    evidence: SkillStanding | None
    claim: int | None

    @property
    def level(self) -> int:
        return self.evidence.rounded if self.evidence else self.claim or 1


def standings(shown) -> list[Standing]:
    """What is on record first, the highest first; then what is only claimed, in its owner's order."""
    claims = {claim.skill: claim.level for claim in shown.skills}
    proved = {row.skill: row for row in shown.evidence if row.kind != skills.DECLARED}
    found = [Standing(skill, row, claims.get(skill)) for skill, row in proved.items()]
    return found + [Standing(skill, None, level) for skill, level in claims.items() if skill not in proved]


def profile_json_ld(shown, counted) -> str:
    """For a page that everybody may see, from what this viewer sees; schema.org calls what people do here actions."""
    person = shown.person
    url = absolute(person.get_absolute_url())
    about = {
        "@type": "Person",
        "@id": url,
        "name": person.name,
        "alternateName": person.handle,
        "url": url,
        "agentInteractionStatistic": _counter("OrganizeAction", counted["held"]),
        "interactionStatistic": _counter("JoinAction", counted["came"]),
    }
    optional = {
        "jobTitle": next((work.position_held for work in shown.work if work.is_current), ""),
        "description": person.headline,
        "image": absolute(stored_url(person.photo_id, 384)) if person.photo_id else "",
        "email": shown.email,
        "telephone": shown.phone,
        "homeLocation": {"@type": "Place", "name": shown.place} if shown.place else "",
        "knowsAbout": [standing.skill.name for standing in standings(shown)],
        "knowsLanguage": [language.code for language in shown.languages],
        "worksFor": [{"@type": "Organization", "name": work.organisation} for work in shown.work if work.is_current],
        "alumniOf": [
            {"@type": "EducationalOrganization", "name": education.institution} for education in shown.education
        ],
        "sameAs": [link.url for link in shown.links if link.verified_at],
    }
    about |= {name: value for name, value in optional.items() if value}
    return json_ld({"@type": "ProfilePage", "dateCreated": person.joined_at.isoformat(), "mainEntity": about})


def _counter(action: str, count: int) -> dict:
    return {
        "@type": "InteractionCounter",
        "interactionType": f"https://schema.org/{action}",
        "userInteractionCount": count,
    }
