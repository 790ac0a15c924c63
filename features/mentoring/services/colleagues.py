"""Who else could be asked: when nobody answers, when a mentor says no, when two do not fit."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F
from django.utils import timezone

from features.accounts.models import User
from features.mentoring.loading import excluded
from features.mentoring.matching import prices
from features.mentoring.models import MatchList, MatchRun, MentorPage, MentorPrice
from features.skills.models import Skill


def alternatives(
    person: User, about: Iterable[Skill], *, without=(), now: datetime | None = None, most=3
) -> list[User]:
    """Mentors with room in one of these skills; nobody who was asked or is kept apart. Those of the member's own list
    in its order. Where it has none of them, the quickest to answer."""
    now = now or timezone.now()
    taken = excluded([person.pk], now).get(person.pk, set()) | set(without) | {person.pk}
    pages = MentorPage.objects.with_room(now).filter(topics__in=list(about)).exclude(person__in=taken).distinct()
    pages = pages.select_related("person").order_by(F("answers_in").asc(nulls_last=True), "places_taken", "pk")
    order = _listed(person)
    if listed := sorted(pages.filter(pk__in=order), key=lambda page: order.index(page.pk)):
        return [page.person for page in listed[:most]]
    return [page.person for page in pages[:most]]


def _listed(person) -> list[int]:
    """The mentors of the member's list, in the order in which they are shown."""
    row = MatchList.objects.filter(run__state=MatchRun.State.CURRENT, mentee=person).first()
    if row is None:
        return []
    known = dict(MentorPrice.objects.filter(run=row.run_id, mentor__in=row.mentors).values_list("mentor", "price"))
    scores = [score / 1_000_000 for score in row.scores]
    return [row.mentors[place] for place in prices.in_order(row.mentors, scores, known)]
