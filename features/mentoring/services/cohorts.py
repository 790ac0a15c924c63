"""Pairing a whole group: who is in it, who is pinned, what it would come to, and saying so to everybody."""

import math
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from features.accounts.access import Ability, bar
from features.accounts.models import User
from features.accounts.services import audit
from features.mentoring.loading import Frame, load, new_frame
from features.mentoring.matching import cohort as assigning
from features.mentoring.matching import plain
from features.mentoring.matching.stable import blocking, stable
from features.mentoring.models import Block, Cohort, CohortMember, CohortPair, Engagement, MentorPage, MentorshipRequest
from features.mentoring.services.matching import MILLIONTHS, current_run
from features.mentoring.services.refusals import MentoringRefused
from features.mentoring.services.requests import begin
from features.moderation.services import hold_pair
from features.notifications.services import notify
from features.skills.models import Goal

MOST_PAIRS = 40_000  # that are looked at while somebody waits: 400 people and 100 mentors


def _open(cohort: Cohort) -> Cohort:
    found = Cohort.objects.select_for_update().get(pk=cohort.pk)
    if found.published_at:
        raise MentoringRefused("published", _("It is published. Make another one for what comes next."))
    return found


@transaction.atomic
def save_cohort(*, cohort: Cohort, by) -> Cohort:
    if cohort.pk:
        _open(cohort)
    else:
        cohort.made_by = by
    cohort.save()
    return cohort


@transaction.atomic
def add_to_cohort(*, cohort: Cohort, handles: Sequence[str], places: int = 0) -> int:
    """People by their handles; with `places` as mentors of so many. Whoever is in it already is changed."""
    cohort = _open(cohort)
    wanted = list(dict.fromkeys(handle.strip().lstrip("@").lower() for handle in handles if handle.strip()))
    known = {person.handle: person for person in User.objects.active().filter(handle__in=wanted)}
    if unknown := [handle for handle in wanted if handle not in known]:
        raise MentoringRefused("unknown", _("Nobody is called %(names)s.") % {"names": ", ".join(unknown)})
    for handle in wanted:
        CohortMember.objects.update_or_create(cohort=cohort, person=known[handle], defaults={"places": places})
    return len(wanted)


@transaction.atomic
def leave_cohort(*, cohort: Cohort, person) -> None:
    cohort = _open(cohort)
    CohortMember.objects.filter(cohort=cohort, person=person).delete()
    CohortPair.objects.filter(cohort=cohort, mentee=person).delete()
    CohortPair.objects.filter(cohort=cohort, mentor=person).delete()


@transaction.atomic
def pin(*, cohort: Cohort, mentee, mentor) -> None:
    """These two belong together whatever the scores say; they take a place."""
    cohort = _open(cohort)
    places = dict(CohortMember.objects.filter(cohort=cohort).values_list("person", "places"))
    if places.get(mentee.pk) != 0 or not places.get(mentor.pk):
        raise MentoringRefused("not_in_it", _("Pin a mentee and a mentor of this group."))
    hold_pair(mentor.pk, mentee.pk)
    _check_apart(mentee, mentor)
    pinned = CohortPair.objects.filter(cohort=cohort, mentor=mentor, is_pinned=True).exclude(mentee=mentee)
    if pinned.count() >= places[mentor.pk]:
        raise MentoringRefused("full", _("All places of this mentor are pinned."))
    values = {"mentor": mentor, "is_pinned": True}
    CohortPair.objects.update_or_create(cohort=cohort, mentee=mentee, defaults=values)


def _check_apart(mentee, mentor) -> None:
    if Block.objects.filter(Block.between(mentee, mentor)).exists():
        words = _("%(mentee)s and %(mentor)s do not come together any more. Take a pin away and draw again.")
        raise MentoringRefused("apart", words % {"mentee": mentee.name, "mentor": mentor.name})


def _check_here(pairs) -> None:
    """Nobody of them has gone, or was stopped from giving their time, since they were drawn."""
    people = [person for pair in pairs for person in (pair.mentee, pair.mentor)]
    here = set(User.objects.active().filter(pk__in=[person.pk for person in people]).values_list("pk", flat=True))
    away = [person for person in people if person.pk not in here]
    away += [pair.mentor for pair in pairs if bar(pair.mentor, Ability.MENTOR)]
    if away:
        words = _("%(name)s cannot take part any more. Take them out and draw again.")
        raise MentoringRefused("gone", words % {"name": away[0].name})


@transaction.atomic
def unpin(*, cohort: Cohort, mentee) -> None:
    cohort = _open(cohort)
    CohortPair.objects.filter(cohort=cohort, mentee=mentee).update(is_pinned=False)


@transaction.atomic
def draw_cohort(*, cohort: Cohort, solve=None, now: datetime | None = None) -> Cohort:
    """What it would come to, both ways, and the pairs of the way that was chosen. Nobody hears of it."""
    now = now or timezone.now()
    cohort = _open(cohort)
    places = dict(CohortMember.objects.filter(cohort=cohort).values_list("person", "places"))
    mentees = sorted(pk for pk, count in places.items() if not count)
    capacity = {pk: count for pk, count in places.items() if count}
    if not mentees or not capacity:
        raise MentoringRefused("nobody", _("Name at least one mentee and one mentor first."))
    if len(mentees) * len(capacity) > MOST_PAIRS:
        raise MentoringRefused("too_many", _("That is too large for one group. Make two of it."))
    pins = list(CohortPair.objects.filter(cohort=cohort, is_pinned=True).values_list("mentee", "mentor"))
    edges, likes, back = _scores(mentees, sorted(capacity), now)
    best = assigning.assign(edges, capacity, pins, solve)
    settled = _stable(likes, back, capacity, pins)
    scores = {(mentee, mentor): score for mentee, mentor, score in edges}
    drawn = {
        Cohort.Mode.BEST: {mentee: mentor for mentee, mentor, _ in best.pairs},
        Cohort.Mode.STABLE: settled,
    }
    cohort.figures = {
        mode.value: _figures(pairs, scores, likes, back, capacity, len(mentees)) for mode, pairs in drawn.items()
    }
    CohortPair.objects.filter(cohort=cohort, is_pinned=False).delete()
    chosen = drawn[Cohort.Mode(cohort.mode)]
    CohortPair.objects.bulk_create(
        [
            CohortPair(
                cohort=cohort, mentee_id=mentee, mentor_id=mentor, score=scores.get((mentee, mentor), 0),
                is_pinned=(mentee, mentor) in pins,
            )
            for mentee, mentor in chosen.items()
        ],
        update_conflicts=True, unique_fields=["cohort", "mentee"], update_fields=["mentor", "score", "is_pinned"],
    )  # fmt: skip
    cohort.drawn_at = now
    cohort.save(update_fields=["figures", "drawn_at"])
    return cohort


def _scores(mentees, mentors, now):
    """(edges, what mentees think, what mentors think): the two sides weigh their own halves of the score."""
    run = current_run()
    frame = Frame.of(run.params) if run else new_frame(now)
    builder = load(frame, now, mentees=mentees, mentors=mentors)
    market, edges = builder.finish(), []
    # Room in the group is what the organiser gives, whatever a mentor's page says.
    market = market._replace(or_room=[1] * len(builder.mentors), or_capacity=[1] * len(builder.mentors))
    likes: dict[int, dict[int, float]] = {pk: {} for pk in mentees}
    back: dict[int, dict[int, float]] = {pk: {} for pk in mentors}
    for i, mentee in enumerate(builder.mentees):
        for j, mentor in enumerate(builder.mentors):
            score, terms = plain.scored(market, i, j)
            if score > 0:
                edges.append((mentee, mentor, round(score * MILLIONTHS)))
                common = sum(terms[6:])
                likes[mentee][mentor] = round(math.exp(sum(terms[:3]) + common), 6)
                back[mentor][mentee] = round(math.exp(sum(terms[3:6]) + common), 6)
    return edges, likes, back


def _stable(likes, back, capacity, pins) -> dict[int, int]:
    taken = {mentee for mentee, _ in pins}
    used = Counter(mentor for _, mentor in pins)
    left = {pk: count - used[pk] for pk, count in capacity.items()}
    free = {mentee: wishes for mentee, wishes in likes.items() if mentee not in taken}
    return dict(pins) | stable(free, back, left)


def _figures(pairs, scores, likes, back, capacity, mentees) -> dict:
    found = [scores.get(pair, 0) for pair in pairs.items()]
    return {
        "placed": len(pairs),
        "mentees": mentees,
        "mean": round(sum(found) / len(found) / 10_000) if found else 0,
        "worst": round(min(found, default=0) / 10_000),
        "blocking": len(blocking(pairs, likes, back, capacity)),
    }


@transaction.atomic
def publish_cohort(*, cohort: Cohort, by, now: datetime | None = None) -> Cohort:
    """Each pair begins to work together, and both are told. Once."""
    cohort = _open(cohort)
    if not cohort.drawn_at or not cohort.pairs.exists():
        raise MentoringRefused("not_drawn", _("Draw the pairs first, and look at them."))
    cohort.published_at = now or timezone.now()
    cohort.save(update_fields=["published_at"])
    pairs = list(cohort.pairs.select_related("mentee", "mentor").order_by("mentor_id", "pk"))
    _check_here(pairs)
    for pair in pairs:  # all of them before the rows that those hold who keep two apart
        hold_pair(pair.mentor_id, pair.mentee_id)
    for pair in pairs:
        url = _together(cohort, pair, cohort.published_at).get_absolute_url()
        for person in (pair.mentee, pair.mentor):
            notify(person, "cohort_pair", pair.pk, url)
    audit(by, "cohort.published", f"cohort:{cohort.pk}", [f"pairs:{len(pairs)}"])
    return cohort


def _together(cohort, pair, now) -> Engagement:
    """Their mentorship: the one that they have, or one that begins with what the mentee wants to reach. The page's row
    and the request's are held as when a mentor answers, who may do so at this moment."""
    _check_apart(pair.mentee, pair.mentor)
    MentorPage.objects.select_for_update().filter(pk=pair.mentor_id).first()
    asked = MentorshipRequest.objects.open().filter(mentor=pair.mentor, mentee=pair.mentee)
    open_one = asked.select_for_update().first()
    if known := Engagement.objects.active().filter(mentor=pair.mentor, mentee=pair.mentee).first():
        return known
    goals = list(Goal.objects.filter(person=pair.mentee).select_related("skill").order_by("position", "pk")[:3])
    request = open_one or MentorshipRequest(
        mentor=pair.mentor, mentee=pair.mentee, due_at=now, sent_at=now, goal=_goal(goals) or cohort.name
    )
    request.state, request.decided_at = MentorshipRequest.State.ACCEPTED, now
    request.save()
    if open_one is None:
        request.skills.set([goal.skill for goal in goals])
    return begin(request, now)


def _goal(goals) -> str:
    """In the mentee's words, or the names of what they want to learn."""
    said = next((goal.reason for goal in goals if goal.reason), "")
    return (said or ", ".join(goal.skill.name for goal in goals))[:200]
