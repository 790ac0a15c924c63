"""Lists between two runs: who has changed is scored anew, alone, and the rest of a list is kept."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Value

from core.db import one_of
from features.mentoring import warm
from features.mentoring.loading import Frame, load, neighbours, wanting
from features.mentoring.matching import plain
from features.mentoring.models import MatchList, MatchRun, MentorPage
from features.skills.models import Goal

SIZE = plain.SIZE
AT_ONCE = 1_000


def bring_up_to_date(run: MatchRun, people: Collection[int], skills: Collection[int], now: datetime) -> int:
    """The lists of these people, and those in which they stand or could stand as mentors in these skills."""
    frame, near = Frame.of(run.params), neighbours()
    MentorPage.objects.filter(pk__in=people).update(relisted_at=now)
    warm.forget(people)
    touched = set(wanting(skills, near)) - set(people) if skills else set()
    written, gaps = _merge(run, frame, near, people, sorted(touched), now)
    return written + _draw(run, near, sorted(gaps | set(people)), now)


def _merge(run, frame, near, mentors, touched, now) -> tuple[int, set[int]]:
    """Rescore changed mentors alone in the lists of mentees who want what they show, and keep the rest. Answers how
    many lists were written, and of which mentees the list has a gap that somebody unknown may fill."""
    changed, written, gaps = set(mentors), 0, set()
    for start in range(0, len(touched), AT_ONCE):
        some = touched[start : start + AT_ONCE]
        lists = {row.mentee_id: row for row in MatchList.objects.filter(one_of("mentee", Value(some)), run=run)}
        builder = load(frame, now, mentees=some, mentors=mentors, near=near)
        found = dict(warm.scored(builder, builder.finish()))
        others = []
        for mentee in some:
            row = lists.get(mentee)
            if row is None or mentee not in found:
                gaps |= {mentee} if row is not None or found.get(mentee) else set()
                continue
            entries = list(zip(row.mentors, row.scores, strict=True))
            merged = _merged(entries, found[mentee], changed)
            if merged is None:
                gaps.add(mentee)
            elif merged != entries:
                row.mentors, row.scores, row.made_at = [m for m, _ in merged], [s for _, s in merged], now
                others.append(row)
        MatchList.objects.bulk_update(others, ["mentors", "scores", "made_at"], batch_size=500)
        written += len(others)
    return written, gaps


def _merged(entries, fresh, changed) -> list[tuple[int, int]] | None:
    """A list with other scores of those who changed. None where a full list would become shorter: who stands behind
    its last place is not known."""
    kept = [entry for entry in entries if entry[0] not in changed]
    if len(entries) < SIZE:
        return warm.in_order(kept + fresh)[:SIZE]
    last, least = entries[-1]
    merged = warm.in_order(kept + [(m, s) for m, s in fresh if s > least or (s == least and m <= last)])[:SIZE]
    return merged if len(merged) == SIZE else None


def _draw(run, near, mentees, now) -> int:
    """Write these lists anew, each over all mentors that could be in it."""
    written = 0
    for start in range(0, len(mentees), AT_ONCE):
        some = mentees[start : start + AT_ONCE]
        # Most who are marked are mentors and look for none: for them the arrays need not be brought up to date.
        looking = sorted(set(Goal.objects.filter(one_of("person", Value(some))).values_list("person", flat=True)))
        found = warm.lists_of(run, near, looking, now) if looking else {}
        MatchList.objects.bulk_create(
            [
                MatchList(run=run, mentee_id=pk, mentors=[m for m, _ in row], scores=[s for _, s in row], made_at=now)
                for pk, row in found.items()
            ],
            update_conflicts=True, unique_fields=["run", "mentee"], update_fields=["mentors", "scores", "made_at"],
        )  # fmt: skip
        # Whoever has no goal any more, or no account, has no list.
        MatchList.objects.filter(run=run, mentee__in=set(some) - set(found)).delete()
        written += len(found)
    return written
