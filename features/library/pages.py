"""What the pages show, gathered from rows: plain data in, a context out."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from core.pagination import keyset
from core.seo import absolute, json_ld
from core.templatetags.ui import when
from features.discovery import services as discovery
from features.library import services
from features.library.cards import cards, size_words, standing_words
from features.library.filters import WorkFilter
from features.library.gate import Gate, Locked, content, files, gate
from features.library.models import Certificate, Enrolment, Lesson, Work
from features.payments import services as payments
from features.skills import services as skills


# --- The list ---------------------------------------------------------------------------------------------------------
def work_list(request) -> dict:
    filters = WorkFilter(request.GET)
    page = keyset(filters.matching().select_related("author"), request, order=("-published_at", "-id"))
    context = {
        "cards": cards(page.items, standings(request.user, page.items)),
        "page": page,
        "chosen": filters.chosen,
        **_choices(filters, request),
    }
    if not page.items and filters.chosen:
        context["ways"] = discovery.ways_on(
            kind="work",
            person=request.user,
            words=filters.chosen.get("q", ""),
            labels=_called(filters),
            count=lambda without, words: filters.matching(without, words).count(),
            path=request.path,
            query=request.GET,
        )
    return context


def _called(filters: WorkFilter) -> dict[str, str]:
    """What the filters that are on are called."""
    said = filters.called()
    if slug := filters.chosen.get("skill"):
        said["skill"] = getattr(skills.by_slug(slug), "name", slug)
    return said | ({"author": filters.chosen["author"]} if "author" in filters.chosen else {})


def standings(person, works) -> dict[int, str]:
    """{work id: word} for those that the person has begun."""
    if not person.is_authenticated:
        return {}
    begun = Enrolment.objects.filter(person=person, work__in=[work.pk for work in works])
    return {row.work_id: standing_words(row) for row in services.with_progress(begun)}


def _choices(filters: WorkFilter, request) -> dict:
    """The filters as the page draws them: each choice with its count, and what is on as chips to take away."""
    chips = [
        {"label": choice.label, "url": _without(request, facet.name, choice.value)}
        for facet in filters.facets
        for choice in facet.choices
        if choice.is_on
    ]
    if slug := filters.chosen.get("skill"):
        found = skills.by_slug(slug)
        chips.append({"label": found.name if found else slug, "url": _without(request, "skill")})
    if handle := filters.chosen.get("author"):
        chips.append({"label": handle, "url": _without(request, "author")})
    return {"facets": filters.facets, "chips": chips, "total": filters.total}


def _without(request, name, value=None) -> str:
    query = request.GET.copy()
    query.pop("after", None)
    query.setlist(name, [v for v in query.getlist(name) if value is not None and v != value])
    return f"{request.path}?{query.urlencode()}"


# --- One work ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Entry:
    """A lesson in the table of contents, for one reader."""

    pk: int
    title: str
    url: str
    minutes: int
    is_done: bool
    is_free: bool
    is_draft: bool
    locked: str
    note: str


@dataclass(frozen=True, slots=True)
class Part:
    title: str
    entries: list[Entry]


def outline(found: Gate, done: set[int]) -> list[Part]:
    lessons = found.work.lessons.select_related("section").in_order()
    parts: dict[int, Part] = {}
    for lesson in lessons.there() if found.is_author else lessons.shown():
        part = parts.setdefault(lesson.section_id, Part(lesson.section.title, []))
        part.entries.append(_entry(found, lesson, done))
    return list(parts.values())


def _entry(found: Gate, lesson: Lesson, done) -> Entry:
    locked = found.before(lesson)
    return Entry(
        pk=lesson.pk,
        title=lesson.title,
        url=lesson.get_absolute_url(),
        minutes=lesson.minutes,
        is_done=lesson.pk in done,
        is_free=lesson.is_free and not found.work.is_free,
        is_draft=lesson.is_draft,
        locked=locked,
        note=_note(found, lesson) if locked != Locked.OPEN or found.is_author else "",
    )


def _note(found: Gate, lesson: Lesson) -> str:
    opens_at = found.opens_at(lesson)
    if opens_at and opens_at > found.now:
        return format_html(_("Opens {when}"), when=when(opens_at, shape="day"))
    if lesson.opens_after_days and not found.opened_at:
        return _("Opens %(n)d days after you begin") % {"n": lesson.opens_after_days}
    return ""


def work_page(request, work: Work, now) -> dict:
    """`?as=visitor` shows its author what somebody without it is shown."""
    is_visitor = request.GET.get("as") == "visitor"
    person = AnonymousUser() if is_visitor else request.user
    found = gate(work, person, now)
    context = standing(found, person) | {
        "skills": list(work.skills.all()),
        "size": size_words(work),
        "canonical_url": absolute(work.get_absolute_url()),
        "description": work.outcome,
        "is_visitor": is_visitor,
        "may_publish": found.is_author and services.may_publish(person),
        "sells": payments.is_set_up() and services.is_offered(work),
        "is_offered": services.is_offered(work),
        "may_give_back": not is_visitor and services.may_give_back(work, person, now),
    }
    context["goal"] = _goal(found, context)
    if work.is_listed:
        context["json_ld"] = json_ld(_structured(work))
    if not work.is_course:
        context |= reading(found, context["first"])
    return context


def _goal(found: Gate, context) -> dict | None:
    """The way on that stays in sight on a phone: to the lesson that comes next."""
    entry = context["next"]
    if not found.work.is_course or found.is_author or not found.is_entitled or not entry:
        return None
    label = _("Go on") if context["done"] else _("Begin") if found.enrolment else _("Read the first lesson")
    return {"url": entry.url, "label": label}


def standing(found: Gate, person) -> dict:
    """How far the reader is, and where it goes on."""
    done = services.done_lessons(found.enrolment)
    parts = outline(found, done)
    entries = [entry for part in parts for entry in part.entries if not entry.is_draft]
    counted = [entry for entry in entries if entry.is_done]
    certificate = None
    if found.enrolment and found.enrolment.completed_at:
        certificate = Certificate.objects.filter(enrolment=found.enrolment).first()
    return {
        "work": found.work,
        "gate": found,
        "parts": parts,
        "first": next(iter([*entries, *(entry for part in parts for entry in part.entries)]), None),
        "next": next_of(entries, found.enrolment),
        "done": len(counted),
        "total": len(entries),
        "certificate": certificate,
    }


def next_of(entries: list[Entry], enrolment: Enrolment | None) -> Entry | None:
    """Where one stopped: what comes after the lesson that was done last; else the first that is left."""
    left = [entry for entry in entries if not entry.is_done and not entry.locked]
    last = (
        enrolment.progress.order_by("-done_at", "-pk").values_list("lesson", flat=True).first() if enrolment else None
    )
    places = {entry.pk: place for place, entry in enumerate(entries)}
    after = [entry for entry in left if places[entry.pk] > places.get(last, -1)]
    return next(iter(after or left), None)


def reading(found: Gate, entry: Entry | None) -> dict:
    """A lesson for its reader, or why it is not there. Nothing of it is in the context of whoever may not read it."""
    lesson = Lesson.objects.get(pk=entry.pk)
    lesson.work = found.work
    told = content(found, lesson)
    return {
        "lesson": lesson,
        "entry": entry,
        "content": told,
        "files": files(found, lesson) if told else [],
        "video_host": urlsplit(told.video_url).hostname if told and told.video_url else "",
    }


def lesson_page(request, lesson: Lesson, now) -> dict:
    found = gate(lesson.work, request.user, now)
    context = standing(found, request.user)
    entries = [entry for part in context["parts"] for entry in part.entries]
    place = next(i for i, entry in enumerate(entries) if entry.pk == lesson.pk)
    return context | {
        **reading(found, entries[place]),
        "before": entries[place - 1] if place else None,
        "after": entries[place + 1] if place + 1 < len(entries) else None,
        "number": place + 1,
        "sells": payments.is_set_up() and services.is_offered(lesson.work),
    }


def _structured(work: Work) -> dict:
    """For search engines: what has a price says so, and which part of the page that is. Course markup is left out:
    its results were retired in 2025."""
    data = {
        "@type": "LearningResource" if work.is_course else "Article",
        "name" if work.is_course else "headline": work.title,
        "description": work.outcome,
        "url": absolute(work.get_absolute_url()),
        "inLanguage": work.language,
        "datePublished": work.published_at.isoformat(),
        "dateModified": max(work.updated_at, work.published_at).isoformat(),
        "author": {
            "@type": "Person",
            "name": work.author.name,
            "url": absolute(work.author.get_absolute_url()),
        },
        "isAccessibleForFree": work.is_free,
    }
    if not work.is_free and not work.is_course:
        data["hasPart"] = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".paywall"}
    return data


def certificate_data(certificate: Certificate) -> dict:
    """What a program that checks a certificate is told."""
    work = certificate.enrolment.work
    return {
        "number": certificate.number,
        "state": "revoked" if certificate.revoked_at else "valid",
        "holder": certificate.holder,
        "course": {"title": certificate.title, "url": absolute(work.get_absolute_url()) if work.is_listed else None},
        "author": work.author.name,
        "issuer": {"name": settings.SITE_NAME, "url": absolute("/")},
        "issued_at": certificate.issued_at.isoformat(),
        "revoked_at": certificate.revoked_at and certificate.revoked_at.isoformat(),
        "revocation_reason": certificate.revocation_reason or None,
        "url": absolute(certificate.get_absolute_url()),
    }


def learning(person) -> list[dict]:
    """What somebody has begun, the latest first, with where it goes on."""
    begun = Enrolment.objects.filter(person=person, work__removed_at=None, work__published_at__isnull=False)
    found = services.with_progress(begun).select_related("work__author", "certificate")
    rows = list(found.order_by("-started_at", "-pk")[:100])
    return [
        {
            "card": card,
            "enrolment": row,
            "certificate": getattr(row, "certificate", None),
            "resume": reverse("work_resume", args=[row.work_id]),
        }
        for row, card in zip(rows, cards([row.work for row in rows]), strict=True)
    ]
