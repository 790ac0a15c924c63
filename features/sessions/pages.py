"""What the pages show, gathered from rows: plain data in, a context out."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from core import languages, panels
from core.db import Prepared
from core.models import make_public_id
from core.seo import absolute, json_ld
from features.discovery import services as discovery
from features.payments import services as payments
from features.sessions.cards import cards
from features.sessions.choices import choices, to_take
from features.sessions.filters import SessionFilter
from features.sessions.forms import RegistrationForm
from features.sessions.joining import CUTOFF, can_join
from features.sessions.models import Format, Registration, SkillSession, WaitlistEntry, WaitlistOffer
from features.sessions.recap_pages import recorded_in, stays
from features.sessions.services.absence import AbsenceRefused, why_not_answer, why_not_say
from features.sessions.services.attendance import ROOM_OPENS, check_in_is_open, corrections_end, room_is_open
from features.sessions.services.reviews import rating_of, rating_of_session, reviews_of_session, why_not_review
from features.sessions.services.seats import credit_comes_back, refund_quote
from features.sessions.services.waitlist import in_line, position
from features.sessions.structured import event
from features.skills import services as skills

# Verdicts that let nobody in now: the page shows what else there is.
ENDS = ("full", "waiting", "cancelled", "closed", "started", "ended", "payments_not_set_up")


def filter_form(filters: SessionFilter, request) -> dict:
    """The filters as the page draws them: each choice with its count, and what is on as removable chips."""
    chips = [
        {"label": choice.label, "url": _without(request, facet.name, choice.value)}
        for facet in filters.facets
        for choice in facet.choices
        if choice.is_on
    ]
    if "skill" in filters.chosen:
        found = skills.by_slug(filters.chosen["skill"])
        chips.append({"label": found.name if found else filters.chosen["skill"], "url": _without(request, "skill")})
    if "fits" in filters.chosen:
        chips.append({"label": _("Fits my free time"), "url": _without(request, "fits")})
    return {
        "facets": filters.facets,
        "chips": chips,
        "words": filters.chosen.get("q", ""),
        "skill": filters.chosen.get("skill", ""),
    }


def _without(request, name, value=None):
    query = request.GET.copy()
    query.pop("after", None)
    left = [v for v in query.getlist(name) if value is not None and v != value]
    query.setlist(name, left)
    if not left:
        query.pop(name, None)
    return f"{request.path}?{query.urlencode()}" if query else request.path


def nothing_found(filters: SessionFilter, request) -> dict:
    """The ways on when a list is empty: one filter less, a skill that was perhaps meant and that something is on about;
    and what to follow to be told once there is something."""
    words = filters.chosen.get("q", "")
    ways = discovery.ways_on(
        kind="session",
        person=request.user,
        words=words,
        labels=_called(filters),
        count=lambda without, words: filters.matching(without, words).count(),
        path=request.path,
        query=request.GET,
    )
    near = skills.suggest(words, limit=3) if words else []
    chosen = skills.by_slug(filters.chosen["skill"]) if "skill" in filters.chosen else None
    meant = []
    if not ways.wider:
        meant = [skill for skill in near if filters.by_skill(filters.queryset, "skill", skill.slug).exists()]
    return {
        "words": words,
        "ways": replace(ways, meant=None) if meant else ways,  # a skill says it better than a word
        "meant": meant,
        "to_follow": [chosen] if chosen else near[:1],
    }


def _called(filters: SessionFilter) -> dict[str, str]:
    """What the filters that are on are called."""
    said = filters.called()
    if slug := filters.chosen.get("skill"):
        said["skill"] = getattr(skills.by_slug(slug), "name", slug)
    return said | ({"fits": _("Fits my free time")} if "fits" in filters.chosen else {})


def standings(person, sessions) -> dict:
    """{session id: word} for the sessions the person has a seat in or waits for."""
    if not person.is_authenticated:
        return {}
    ids = [session.pk for session in sessions]
    found = dict.fromkeys(
        WaitlistEntry.objects.filter(person=person, session__in=ids, left_at=None).values_list("session_id", flat=True),
        _("You are waiting"),
    )
    mine = Registration.objects.active().filter(person=person, session__in=ids).values_list("session_id", flat=True)
    return found | dict.fromkeys(mine, _("Your seat"))


def session_page(session: SkillSession, person, now) -> dict:
    context = join_panel(session, person, now)
    names = list(session.skills.order_by("sessionskill__position"))
    held = SkillSession.objects.published().filter(host=session.host, ends_at__lt=now, cancelled_at=None).count()
    context |= {
        "skills": names,
        "held": held,
        "host_rating": rating_of(session.host),
        "canonical_url": absolute(session.get_absolute_url()),
        "next_dates": [],
        "similar": [],
        "panels": panels.shown_on("session", session, person, now),
        "spoken": languages.name(session.language),
        "check_in_is_open": session.starts_at and check_in_is_open(session, now),
    }
    rating = rating_of_session(session) if context.get("has_ended") else None
    context["stays"] = kept = stays(session, person, now, has_seat=context["verdict"].code == "registered")
    if kept and kept.seen.recording:
        context["recap_panels"] = panels.shown_on("recap", session, person, now)
    if session.is_published:
        data = event(session, rating)
        if kept and (recording := recorded_in(kept, session)):
            data["recordedIn"] = recording
        context["json_ld"] = json_ld(data)
    if rating:
        newest = list(reviews_of_session(session).order_by("-written_at", "-id")[:5]) if rating.count else []
        context |= {"rating": rating, "reviews": newest}
        if seat := context.get("registration"):
            context["may_review"] = not why_not_review(seat, session, now)
    if context.get("has_ended") or context["verdict"].code in ENDS:
        coming = SkillSession.objects.upcoming(now).exclude(pk=session.pk).select_related("host")
        by_host = coming.filter(host=session.host).order_by("starts_at")[:2]
        alike = (
            coming.filter(session_skills__skill__in=names)
            .exclude(host=session.host)
            .distinct()
            .order_by("starts_at")[:3]
        )
        context["is_at_an_end"] = True
        context["next_dates"], context["similar"] = cards(by_host, now), cards(alike, now)
    return context


MY_SEAT = Prepared(
    lambda session, person: (
        Registration.objects.active()
        .filter(session=session, person=person)
        .select_related("attendance", "review", "ticket", "session")
    )
)


def join_panel(session: SkillSession, person, now, verdict=None) -> dict:
    """Everything the panel with the one button needs, on the page of the session and on the registration page."""
    verdict = verdict or can_join(session, person, now)
    context = {"session": session, "verdict": verdict, "now": now, "waiting_count": verdict.waiting}
    context["is_host"] = is_host = session.is_hosted_by(person)
    if is_host:
        context["copy_key"] = make_public_id()
        context["messages_sent"] = session.messages.asked().filter(stopped_at=None).order_by("-written_at")[:3]
    if session.starts_at:
        context |= {
            "room_opens_at": session.starts_at - ROOM_OPENS,
            "room_is_open": room_is_open(session, now),
            "free_until": session.starts_at - timedelta(hours=session.cancellation_hours),
            "cutoff_at": session.starts_at - CUTOFF,
            "has_ended": session.has_ended(now),
            "corrections_until": corrections_end(session),
        }
    if verdict.code in ("registered", "held"):
        context["registration"] = seat = MY_SEAT.first(session.pk, person.pk)
        context["my_format"] = seat.format if seat.ticket else ""
        if seat.held_until and not seat.confirmed_at:
            context["seconds_left"] = max(0, int((seat.held_until - now).total_seconds()))
    elif session.has_kinds:
        found = choices(session, person, now)
        context |= {"tickets": found, "choose": RegistrationForm(session=session, choices=to_take(found))}
    if session.is_published and session.has_started(now) and not session.is_cancelled:
        is_owner = session.host_id == person.pk
        if is_owner or verdict.code == "registered":
            context["absence"] = absence(session, context.get("registration"), is_owner, now)
    if not session.is_free:
        context["policy"] = payments.policy_words(payments.policy(session.refund_preset, session.cancellation_hours))
    if (seat := context.get("registration")) and payments.price_of("registration", seat.pk):
        context["order"] = payments.order_of("registration", seat.pk)
        context["quote"] = refund_quote(seat, session, now)
        context["credit_comes_back"] = credit_comes_back(seat, session, now)
    if seat and not context["has_ended"]:
        context["was_moved"] = payments.was_moved("registration", seat.pk)
    if verdict.code in ("waiting", "offered"):
        entry = session.waitlist.get(person=person, left_at=None)
        offers = WaitlistOffer.objects.filter(entry__session=session, entry__ticket=entry.ticket_id, closed_at=None)
        offers = offers.order_by("expires_at")
        offer = next((offer for offer in offers if offer.entry_id == entry.pk), None)
        context["waiting_count"] = in_line(entry).count()
        context |= {"entry": entry, "position": position(entry), "offer": offer, "next_move": next(iter(offers), None)}
        if offer:
            context["seconds_left"] = max(0, int((offer.expires_at - now).total_seconds()))
    return context


def join_page(seat: Registration, now) -> dict:
    """The personal way into the room. It looks again by itself while that is not there yet."""
    session = seat.session
    context = join_panel(session, seat.person, now) | {"seat": seat}
    opens_in, is_open = context["room_opens_at"] - now, context["room_is_open"]
    is_awaited = seat.was_there and seat.format == Format.ONLINE and not session.room_url
    waits = is_awaited if is_open else not session.has_started(now)
    return context | {
        "looks_again": context["verdict"].code == "registered" and waits,
        "opens_in": int(opens_in.total_seconds()) if timedelta() < opens_in < timedelta(days=1) else 0,
    }


@dataclass
class Absence:
    """Whether the host came, as one of those who are asked sees it."""

    is_open: bool
    is_decided: bool
    is_absent: bool
    is_of_host: bool
    answer: str
    answer_until: datetime | None
    refusal: AbsenceRefused | None

    @property
    def may_speak(self) -> bool:
        return self.refusal is None


def absence(session: SkillSession, seat, is_host: bool, now) -> Absence:
    known = getattr(session, "host_absence", None)
    return Absence(
        is_open=bool(known and not known.decided_at),
        is_decided=bool(known and known.decided_at),
        is_absent=bool(known and known.is_absent),
        is_of_host=is_host,
        answer=known.answer if known else "",
        answer_until=known and known.answer_until,
        refusal=why_not_answer(known, now) if is_host else why_not_say(seat, session, known, now),
    )
