"""Taking a test: beginning, one answer after the other, the end. The server's clock decides; the row that is open
decides what an answer is to, so that one that comes twice, or late, does nothing."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.jobs import each
from core.limits import hit
from core.templatetags.ui import local, words
from core.text import one_line
from features.accounts.access import Ability, bar
from features.accounts.models import User
from features.assessments import ability, selection
from features.assessments.models import Attempt, Bank, Response
from features.assessments.models.banks import Mode
from features.assessments.scoring import is_right
from features.assessments.services.banks import ENOUGH_ITEMS
from features.assessments.services.keys import knows_keys
from features.assessments.services.pools import pool, rules, shares
from features.assessments.services.refusals import AssessmentRefused
from features.assessments.services.results import conclude

GRACE = timedelta(seconds=10)  # for an answer that was on its way when the time ended
KNOWN = gettext_lazy(
    "You have written, judged or read its questions, or run the site, where all can be read: a result would say "
    "nothing. Have work of yours judged instead."
)
LONGEST = 200  # letters of a typed answer


@dataclass(frozen=True)
class Standing:
    """Where somebody stands with a bank: what runs, what came out last, and from when it may be repeated."""

    running: Attempt | None
    last: Attempt | None
    again_at: datetime | None


def standing(*, bank: Bank, person: User, now: datetime | None = None) -> Standing:
    now = now or timezone.now()
    rows = list(Attempt.objects.filter(bank=bank, person=person).order_by("-started_at")[:20])
    running = next((row for row in rows if row.finished_at is None and not row.is_over(now - GRACE)), None)
    ended = [row for row in rows if row.finished_at or row.is_over(now - GRACE)]
    last = ended[0] if ended else None
    again_at = last and (last.finished_at or last.deadline_at) + timedelta(days=bank.cooldown_days)
    return Standing(running, last, again_at if again_at and again_at > now else None)


@transaction.atomic
def begin(*, bank: Bank, person: User, now: datetime | None = None) -> Attempt:
    """A new attempt, or the one that runs. Raises AssessmentRefused and RateLimited."""
    now = now or timezone.now()
    if barred := bar(person, Ability.APPLY):
        raise AssessmentRefused("barred", barred.words)
    if not bank.is_offered:
        raise AssessmentRefused("closed", _("This assessment is not open. Look for another one on the skill."))
    if bank.author_id == person.pk:
        raise AssessmentRefused("own_bank", _("You wrote these questions, so they cannot tell what you know."))
    # Whoever takes on reading the bank in another tab waits here.
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if knows_keys(bank, person):
        raise AssessmentRefused("knows_the_key", KNOWN)
    for row in Attempt.objects.running().select_for_update().filter(bank=bank, person=person):
        if not row.is_over(now - GRACE):
            return row
        _end(row, Attempt.Ending.TIME, now)
    known = standing(bank=bank, person=person, now=now)
    if known.again_at:
        day = words(local(known.again_at), "full", now)
        raise AssessmentRefused("too_soon", _("You can repeat it from %(day)s.") % {"day": day}, known.again_at)
    hit("assessment", person.pk)
    seed = secrets.randbits(62)
    found = pool(bank)
    if not found:
        raise AssessmentRefused("empty", _("This assessment has no questions yet. Come back later."))
    drawn = selection.draw(_unknown(found, bank, person), Random(seed))  # noqa: S311 - the seed is the secret, and it is kept
    try:
        with transaction.atomic():
            attempt = Attempt.objects.create(
                bank=bank,
                person=person,
                seed=seed,
                drawn=[candidate.version for candidate in drawn],
                is_beta=bank.is_beta,
                rules=bank.rules,
                started_at=now,
                deadline_at=now + timedelta(minutes=bank.minutes),
            )
    except IntegrityError:  # a second press at the same moment began it
        return Attempt.objects.running().get(bank=bank, person=person)
    _ask(attempt, bank, [], now)
    return attempt


def _unknown(found, bank, person):
    """Without what the person has seen with its answers, at the end of a beta or a quiz, where enough else is left."""
    told = Q(attempt__is_beta=True) | Q(attempt__rules__mode=Mode.QUIZ)
    rows = Response.objects.filter(told, attempt__bank=bank, attempt__person=person)
    seen = set(rows.values_list("version", flat=True))
    left = [candidate for candidate in found if candidate.version not in seen]
    is_adaptive = not bank.is_quiz and not bank.is_beta
    count = sum(not candidate.is_pilot for candidate in left) if is_adaptive else len(left)
    return left if count >= (ENOUGH_ITEMS if is_adaptive else bank.most) else found


def current(*, attempt: Attempt) -> Response | None:
    """The question that is open; the same one however often it is asked for."""
    return attempt.responses.filter(answered_at=None).select_related("version").first()


@transaction.atomic
def answer(*, attempt: Attempt, position: int, given: list[str], now: datetime | None = None) -> Attempt:
    """What was chosen or typed for the question at `position`; nothing is “I do not know”. An answer to a question
    that is answered changes nothing. After the deadline the attempt ends without it."""
    now = now or timezone.now()
    attempt = Attempt.objects.select_for_update(of=("self",)).select_related("bank__skill", "person").get(pk=attempt.pk)
    if attempt.finished_at:
        return attempt
    rows = list(attempt.responses.select_related("version").order_by("position"))
    open_row = rows[-1] if rows and rows[-1].answered_at is None else None
    if attempt.is_over(now - GRACE):
        return _end(attempt, Attempt.Ending.TIME, now)
    if open_row is None or open_row.position != position:
        return attempt
    given = [one_line(str(value))[:LONGEST] for value in given if str(value).strip()][:12]
    open_row.answer = given
    open_row.is_right = is_right(open_row.version.kind, open_row.version.content, given)
    open_row.answered_at = max(now, open_row.shown_at)
    open_row.save(update_fields=["answer", "is_right", "answered_at"])
    if _has_enough(attempt, rows):
        return _end(attempt, Attempt.Ending.ENOUGH, now)
    if not _ask(attempt, attempt.bank, rows, now):
        return _end(attempt, Attempt.Ending.ALL, now)
    return attempt


@transaction.atomic
def stop(*, attempt: Attempt, now: datetime | None = None) -> Attempt:
    """End it here, by the person's wish: what was answered counts."""
    attempt = Attempt.objects.select_for_update(of=("self",)).select_related("bank__skill", "person").get(pk=attempt.pk)
    return attempt if attempt.finished_at else _end(attempt, Attempt.Ending.STOPPED, now or timezone.now())


@transaction.atomic
def say_help(*, attempt: Attempt, text: str) -> None:
    """What help the person used, in their own words: it stands beside the result."""
    Attempt.objects.filter(pk=attempt.pk).update(help_used=one_line(text)[:300])


def end_if_over(*, attempt: Attempt, now: datetime | None = None) -> Attempt:
    """As it stands by the clock: whoever comes back after the deadline finds the end, before the job comes round."""
    now = now or timezone.now()
    return answer(attempt=attempt, position=0, given=[], now=now) if attempt.is_over(now - GRACE) else attempt


def end_overdue(now: datetime | None = None) -> int:
    """End what nobody came back to, a transaction each. Returns how many."""
    now = now or timezone.now()
    overdue = Attempt.objects.running().filter(deadline_at__lte=now - GRACE).order_by("deadline_at")
    return each(list(overdue.values_list("pk", flat=True)[:500]), lambda pk: _end_overdue(pk, now))


@transaction.atomic
def _end_overdue(pk: int, now: datetime) -> bool:
    row = Attempt.objects.select_for_update(of=("self",)).select_related("bank__skill", "person").get(pk=pk)
    if row.finished_at is None:
        _end(row, Attempt.Ending.TIME, now)
        return True
    return False


def _has_enough(attempt, rows) -> bool:
    if attempt.is_quiz or attempt.is_beta:
        return len(rows) >= attempt.rules["most"]
    scored = [(row.as_item, row.is_right) for row in rows if row.is_scored]
    return selection.is_enough(ability.summary(ability.of_answers(scored)), len(scored), rules(attempt))


def _ask(attempt, bank, rows, now) -> Response | None:
    """Open the next question: of what was drawn for it and is still asked today. The chance is the attempt's own,
    so that it can be drawn again."""
    drawn = set(attempt.drawn)
    candidates = [candidate for candidate in pool(bank) if candidate.version in drawn]
    by_version = {candidate.version: candidate for candidate in candidates}
    asked = [
        replace(by_version[row.version_id], is_pilot=not row.is_scored)
        if row.version_id in by_version
        else selection.Candidate(row.version_id, row.area, row.as_item, 1.0, not row.is_scored)
        for row in rows
    ]
    chance = Random(attempt.seed + len(rows) + 1)  # noqa: S311
    if attempt.is_quiz or attempt.is_beta:
        chosen = selection.at_random(candidates, asked, chance)
    else:
        scored = [(row.as_item, row.is_right) for row in rows if row.is_scored]
        weights = ability.of_answers(scored)
        chosen = selection.choose(weights, candidates, asked, shares(bank), chance)
    if chosen is None:
        return None
    return Response.objects.create(
        attempt=attempt,
        position=len(rows) + 1,
        version_id=chosen.version,
        is_scored=not attempt.is_beta and (attempt.is_quiz or not chosen.is_pilot),
        a=chosen.item.a,
        b=chosen.item.b,
        c=chosen.item.c,
        area=chosen.area,
        shown_at=now,
    )


def _end(attempt, ending, now) -> Attempt:
    """Whoever came to read its questions while it ran gets no result: when they looked nobody knows."""
    attempt.finished_at = min(now, attempt.deadline_at) if ending == Attempt.Ending.TIME else now
    attempt.responses.filter(answered_at=None).delete()
    if knows_keys(attempt.bank, attempt.person, by=min(now, attempt.deadline_at + GRACE)):
        attempt.ending = Attempt.Ending.KNOWN
        attempt.save(update_fields=["finished_at", "ending"])
        return attempt
    attempt.ending = ending
    conclude(attempt)
    return attempt
