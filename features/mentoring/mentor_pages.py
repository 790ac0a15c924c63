"""What the pages about mentors show, gathered from rows: plain data in, a context out."""

from dataclasses import dataclass
from datetime import time

from django.conf import settings
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import languages
from core.pagination import keyset
from core.seo import absolute, json_ld
from core.templatetags.ui import DIGITS, face, when
from features.accounts import services as accounts
from features.discovery import services as discovery
from features.mentoring import suggesting, words
from features.mentoring.changes_of_ranking import CHANGES
from features.mentoring.facts import panels
from features.mentoring.filters import MentorFilter
from features.mentoring.loading import Frame, hours_of, load, neighbours, new_frame, skills_of, wanting
from features.mentoring.matching import VERSION, kernel, reasons
from features.mentoring.models import Dismissal, MatchWish, MentorPage
from features.mentoring.services import matching
from features.skills.access import visible_blocks
from features.skills.models import Block, Skill, SkillLevel
from features.skills.services import DECLARED

ASKED = 400  # members that "you would appear for" looks at
EVENINGS = ((2, time(19), time(20)), (4, time(19), time(20)))  # what opening two hours more would mean


@dataclass(frozen=True, slots=True)
class Line:
    """A mentor as a row of a list."""

    url: str
    face: str
    name: str
    headline: str
    topics: list
    places: str
    has_room: bool
    answers: str
    free: str
    price: str


def lines(pages, now) -> list[Line]:
    today = timezone.localdate(now)
    return [
        Line(
            url=page.get_absolute_url(),
            face=face(page.person.photo_id, page.pk, page.person.name, "l"),
            name=page.person.name,
            headline=page.person.headline,
            topics=[skill.name for skill in page.topics.all()][:4],
            places=words.places_words(page, today),
            has_room=page.has_room(today),
            answers=suggesting.answers(page),
            free=when(page.next_free_at) if page.next_free_at and page.next_free_at > now else "",
            price=suggesting.price_words(page),
        )
        for page in pages
    ]


def _nothing(chosen) -> dict:
    if set(chosen) == {"q"}:
        title = _("No mentor for “{words}”").format(words=chosen["q"])
        return {
            "title": title,
            "text": _("Try another word, or say what you want to reach: who comes later is suggested."),
        }
    if not chosen:
        words = _("Say what you want to reach: those who come later are suggested to you.")
        return {"title": _("Nobody mentors here yet"), "text": words}
    words = _("Take a filter away, or say what you want to reach: those who come later are suggested to you.")
    return {"title": _("No mentor fits this"), "text": words}


def _called(filters: MentorFilter, skill) -> dict[str, str]:
    """What the filters that are on are called."""
    said, chosen = filters.called(), filters.chosen
    if "skill" in chosen:
        said["skill"] = skill.name if skill else chosen["skill"]
    return said | ({"fits": _("Fits my free time")} if "fits" in chosen else {})


def browse(request, filters: MentorFilter, now) -> dict:
    found = filters.matching().select_related("person").prefetch_related("topics")
    page = keyset(found, request, order=("-has_room_now", "sort_name", "pk"))
    chosen = filters.chosen
    context = {
        "lines": lines(page.items, now),
        "page": page,
        "total": filters.total,
        "chosen": chosen,
        "is_narrowed": bool(chosen.keys() - {"q"}),
        "skill": Skill.objects.filter(slug=chosen.get("skill")).first() if "skill" in chosen else None,
        "facets": filters.facets,
        "nothing": _nothing(chosen),
    }
    if not page.items and chosen:
        context["ways"] = discovery.ways_on(
            kind="mentor",
            person=request.user,
            words=chosen.get("q", ""),
            labels=_called(filters, context["skill"]),
            count=lambda without, words: filters.matching(without, words).count(),
            path=request.path,
            query=request.GET,
        )
    if request.user.is_authenticated and not chosen and page.is_first:
        context["found"] = suggesting.suggestions(request.user, now, most=3)
    return context


def shown_page(handle: str) -> MentorPage:
    person = accounts.find_person(handle.lower())
    if person is None:
        raise Http404
    return get_object_or_404(MentorPage.objects.shown().select_related("person"), pk=person.pk)


def one(page: MentorPage, viewer, now) -> dict:
    person, today = page.person, timezone.localdate(now)
    topics = list(page.topics.all())
    levels = SkillLevel.objects.shown().filter(person=person, skill__in=topics).exclude(basis=DECLARED)
    proved = {row.skill_id: row for row in levels} if Block.SKILLS in visible_blocks(person, viewer) else {}
    is_own = viewer.pk == page.pk
    context = {
        "page": page,
        "person": person,
        "topics": [{"skill": skill, "level": proved.get(skill.pk)} for skill in topics],
        "languages": [languages.name(code) for code in page.languages or person.languages],
        "places": words.places_words(page, today),
        "has_room": page.has_room(today),
        "answers": suggesting.answers(page),
        "price": suggesting.price_words(page),
        "next_free_at": page.next_free_at if page.next_free_at and page.next_free_at > now else None,
        "last_active": person.last_login,
        "is_own": is_own,
        "why": None,
        "dismissal": None,
        "panels": shown_panels(page, viewer, now),
        "canonical_url": absolute(page.get_absolute_url()),
        "json_ld": _json_ld(page, topics),
    }
    if viewer.is_authenticated and not is_own:
        context["why"] = suggesting.why(viewer, page, now)
        context["dismissal"] = Dismissal.objects.in_force(now).filter(mentee=viewer, mentor=person).first()
    return context


def shown_panels(page, viewer, now) -> list[tuple[str, dict]]:
    found = []
    for panel in sorted(panels.values(), key=lambda panel: panel.order):
        context = panel.context(page, viewer, now)
        if context is not None:
            found.append((panel.template, context))
    return found


def _json_ld(page, topics) -> str:
    return json_ld(
        {
            "@type": "Service",
            "serviceType": "Mentoring",
            "name": _("Mentoring with %(name)s") % {"name": page.person.name},
            "url": absolute(page.get_absolute_url()),
            "provider": {"@type": "Person", "name": page.person.name, "url": absolute(page.person.get_absolute_url())},
            "about": [skill.name for skill in topics],
            "availableLanguage": page.languages or page.person.languages,
        }
    )


# --- For one member ---------------------------------------------------------------------------------------------------
def suggestions_page(person, now) -> dict:
    found = suggesting.suggestions(person, now)
    left_out = Dismissal.objects.in_force(now).filter(mentee=person).select_related("mentor")
    return {
        "found": found,
        "changes": suggesting.changes(person, now) if found.goals else [],
        "left_out": left_out.order_by("-at", "pk")[:20],
    }


def goal_as_asked(person) -> dict:
    goals = suggesting.goals_of(person)[:3]
    wish = MatchWish.objects.filter(person=person).first()
    initial = {}
    if goals:
        initial |= {"reason": goals[0].reason, "skills": [goal.skill for goal in goals], "level": goals[0].level}
    if wish:
        initial["minutes"] = wish.minutes
        if wish.budget is not None:
            initial["budget"] = wish.budget / 10 ** DIGITS.get(settings.CURRENCY, 2)
    return initial


def goal_of(form) -> dict:
    data = dict(form.cleaned_data)
    if data["budget"] is not None:
        data["budget"] = int(data["budget"] * 10 ** DIGITS.get(settings.CURRENCY, 2))
    return data


# --- How it comes about -----------------------------------------------------------------------------------------------
def ranking(viewer, now) -> dict:
    run = matching.current_run()
    weights = [(name, round(100 * reasons.MOST[name] / sum(reasons.MOST.values()))) for name in kernel.FACTORS]
    return {
        "version": VERSION,
        "run": run,
        "weights": dict(weights),
        "changes": CHANGES,
        "is_member": viewer.is_authenticated,
        "canonical_url": absolute(reverse("mentor_ranking")),
    }


def advice(page: MentorPage, now) -> int:
    """For how many more people a mentor would appear with two more evenings: those whom hours alone keep away."""
    if page._state.adding or not page.has_room(timezone.localdate(now)):
        return 0
    run = matching.current_run()
    frame = Frame.of(run.params) if run else new_frame(now)
    near = neighbours()
    mentees = wanting(skills_of([page.pk]), near)[:ASKED]
    builder = load(frame, now, mentees=mentees, mentors=[page.pk], near=near)
    if page.pk not in builder.place:
        return 0
    zone, week = hours_of([page.pk]).get(page.pk, ("", ()))
    if not week:
        return 0
    more = builder.mask(zone or page.person.time_zone or settings.DEFAULT_TIME_ZONE, (*week, *EVENINGS))
    market = builder.finish()
    wider = market._replace(or_mask=[more])
    return sum(
        kernel.barred(market, i, 0) == 6 and kernel.barred(wider, i, 0) == 0 for i in range(len(builder.mentees))
    )
