"""What a member is shown: their list after prices, with reasons; drawn at that moment if something has changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from core.templatetags.ui import price
from features.mentoring import words
from features.mentoring.loading import Frame, excluded, load, neighbours, new_frame, teaching
from features.mentoring.matching import kernel, prices
from features.mentoring.models import Dirty, MatchList, MentorPage, MentorPrice
from features.mentoring.services import matching
from features.skills.models import Goal

SHOWN = prices.SHOWN
NEW = timedelta(days=30)
LOOKED_AT = 300  # mentors that "what would change this" looks at
MILLIONTHS = matching.MILLIONTHS


@dataclass(frozen=True)
class Suggestion:
    page: MentorPage
    why: words.Why
    places: str
    answers: str
    price: str
    is_tried: bool  # shown although it is new, so that it is seen at all


@dataclass(frozen=True)
class Suggestions:
    goals: list[Goal]
    shown: list[Suggestion]
    made_at: datetime


def goals_of(person) -> list[Goal]:
    return list(Goal.objects.filter(person=person).select_related("skill"))


def suggestions(person, now: datetime, most: int = SHOWN) -> Suggestions:
    """For who has a goal. Whoever is full, away or unwanted by now is left out, whenever the list was drawn."""
    goals = goals_of(person)
    if not goals:
        return Suggestions([], [], now)
    run = matching.current_run()
    frame = Frame.of(run.params) if run else new_frame(now)
    near = neighbours()
    row = MatchList.objects.filter(run=run, mentee=person).first() if run else None
    if row is None or Dirty.objects.filter(person=person).exists():
        drawn = next(iter(matching.lists_of(frame, near, [person.pk], now)), (person.pk, [], []))
        row = MatchList(mentors=drawn[1], scores=drawn[2], made_at=now)
    pages = {
        page.pk: page
        for page in MentorPage.objects.with_room(now)
        .filter(pk__in=row.mentors)
        .exclude(pk__in=excluded([person.pk], now).get(person.pk, ()))
        .select_related("person")
    }
    scores = {pk: score / MILLIONTHS for pk, score in zip(row.mentors, row.scores, strict=True) if pk in pages}
    order, tried = _in_order(run, scores, pages, now)
    shown = told(person, [pages[pk] for pk in order[:most]], now, frame, near, tried)
    return Suggestions(goals, shown, row.made_at)


def _in_order(run, scores: dict[int, float], pages, now) -> tuple[list[int], set[int]]:
    """Ordered by score less price. One place of ten is for who is new, if none of them is there by themselves."""
    known = dict(MentorPrice.objects.filter(run=run, mentor__in=scores).values_list("mentor", "price"))
    pks = list(scores)
    order = [pks[place] for place in prices.in_order(pks, list(scores.values()), known)]
    new = [pk for pk in order if pages[pk].created_at > now - NEW]
    if len(order) > SHOWN and new and not set(new) & set(order[:SHOWN]):
        order.remove(new[0])
        order.insert(SHOWN - 1, new[0])
        return order, {new[0]}
    return order, set()


def told(person, pages: Sequence[MentorPage], now, frame: Frame, near, tried=frozenset()) -> list[Suggestion]:
    if not pages:
        return []
    builder = load(frame, now, mentees=[person.pk], mentors=[page.pk for page in pages], near=near)
    teller, today = words.Teller(builder), timezone.localdate(now)
    found = []
    for page in pages:
        if why := teller.why(person.pk, page.pk):
            found.append(
                Suggestion(
                    page=page,
                    why=why,
                    places=words.places_words(page, today),
                    answers=answers(page),
                    price=price_words(page),
                    is_tried=page.pk in tried,
                )
            )
    return found


def why(person, page: MentorPage, now) -> words.Why | None:
    """One mentor and one member, whether or not they stand in each other's lists."""
    if not Goal.objects.filter(person=person).exists():
        return None
    run = matching.current_run()
    frame = Frame.of(run.params) if run else new_frame(now)
    builder = load(frame, now, mentees=[person.pk], mentors=[page.pk])
    if person.pk not in builder.mentees or page.pk not in builder.place:
        return None
    return words.Teller(builder).why(person.pk, page.pk)


def answers(page) -> str:
    return words.answer_words(page.answers_in.total_seconds() / 3600) if page.answers_in is not None else ""


def price_words(page) -> str:
    return price(page.price_from, settings.CURRENCY) if page.price_from is not None else ""


# --- What would change it ---------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Change:
    """`more` mentors stand behind one thing alone."""

    kind: str  # hours, budget, language or minutes
    more: int


def changes(person, now) -> list[Change]:
    """What keeps mentors of the member's goals out of the list, one thing at a time."""
    run = matching.current_run()
    frame, near = Frame.of(run.params) if run else new_frame(now), neighbours()
    wanted = set(Goal.objects.filter(person=person).values_list("skill", flat=True))
    mentors = teaching(wanted, near, now)[:LOOKED_AT]
    builder = load(frame, now, mentees=[person.pk], mentors=mentors, near=near)
    market = builder.finish()
    if not builder.mentees:
        return []
    reached = [j for j in range(len(builder.mentors)) if kernel.barred(market, 0, j) == 0]
    found = []
    for kind, other in (
        ("hours", {"ee_mask": [0]}),
        ("budget", {"ee_budget": [kernel.ANY]}),
        ("language", {"ee_languages": [-1]}),
    ):
        changed = market._replace(**other)
        more = sum(kernel.barred(changed, 0, j) == 0 for j in range(len(builder.mentors))) - len(reached)
        if more:
            found.append(Change(kind, more))
    return sorted(found, key=lambda change: -change.more)
