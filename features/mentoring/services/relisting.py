"""Lists between two runs: who has changed is scored anew, alone, and the rest of a list is kept."""

from bisect import bisect_right
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from core.arrays import any_of, array_of, array_text, one_of
from features.mentoring import warm
from features.mentoring.loading import Frame, add_mentees, load, neighbours, wanting, wants_of
from features.mentoring.matching import plain
from features.mentoring.matching.kernel import UNKNOWN_OVERLAP
from features.mentoring.models import MatchList, MatchRun, MentorPage
from features.skills.models import Goal

AT_ONCE, LOOKED_AT = 1_000, 10_000
NO_CUT = None, None


def bring_up_to_date(run: MatchRun, people: Collection[int], skills: Collection[int], now: datetime) -> int:
    """The lists of these people, and those in which they stand or could stand as mentors in these skills."""
    frame, near = Frame.of(run.params), neighbours()
    MentorPage.objects.filter(pk__in=people).update(relisted_at=now)
    warm.forget(people)
    touched = set(wanting(skills, near)) - set(people) if skills else set()
    written, gaps = _merge(run, frame, near, people, sorted(touched), now) if touched else (0, set())
    return written + _draw(run, near, sorted(gaps | set(people)), now)


WRITE = """
    INSERT INTO mentoring_matchlist (run_id, mentee_id, mentors, scores, cut_mentor, cut_score, made_at)
    SELECT %s, mentee, mentors::bigint[], scores::integer[], cut_mentor, cut_score, %s
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::integer[])
        AS one (mentee, mentors, scores, cut_mentor, cut_score)
    ON CONFLICT (run_id, mentee_id) DO UPDATE SET mentors = excluded.mentors, scores = excluded.scores,
        cut_mentor = excluded.cut_mentor, cut_score = excluded.cut_score, made_at = excluded.made_at
"""


class End(NamedTuple):
    """What of a list decides whether a changed mentor could change it."""

    cut: int | None
    holds: bool  # whether somebody stands in it who has changed

    def is_moved_by(self, score: float) -> bool:
        return self.holds or (score > 0 if self.cut is None else score >= self.cut)


def _merge(run, frame, near, mentors, touched, now) -> tuple[int, set[int]]:
    """Rescore changed mentors alone in the lists of mentees who want what they show, and keep the rest. Answers how
    many lists were written, and of which mentees the list has a gap that somebody unknown may fill."""
    changed, written, gaps = set(mentors), 0, set()
    builder = load(frame, now, mentees=(), mentors=mentors, near=near)
    builder.finish()
    for start in range(0, len(touched), LOOKED_AT):
        some = touched[start : start + LOOKED_AT]
        ends = _ends(run, some, mentors)
        looked_at, found = _scored(builder, some, ends, now)
        moved = []
        for mentee in looked_at:
            if mentee not in ends or mentee not in found:
                gaps |= {mentee} if mentee in ends or found.get(mentee) else set()
            elif ends[mentee].is_moved_by(_best(found[mentee])):
                moved.append(mentee)
        fresh = []
        for row in MatchList.objects.filter(one_of("mentee", array_of(moved)), run=run) if moved else ():
            entries = list(zip(row.mentors, row.scores, strict=True))
            cut = None if row.cut_mentor is None else (row.cut_mentor, row.cut_score)
            merged = _merged(entries, cut, found[row.mentee_id], changed)
            if merged is None:
                gaps.add(row.mentee_id)
            elif merged[0] != entries:
                fresh.append((row.mentee_id, *merged))
        _write(run, fresh, now)
        written += len(fresh)
    return written, gaps


def _ends(run, mentees, mentors) -> dict[int, End]:
    lists = MatchList.objects.filter(one_of("mentee", array_of(mentees)), run=run)
    ends = lists.values_list("mentee", "cut_score", any_of("mentors", array_of(mentors)))
    return {mentee: End(cut, holds) for mentee, cut, holds in ends}


def _scored(builder, mentees, ends, now) -> tuple[list[int], dict[int, list[warm.Entry]]]:
    """Those of the mentees whose lists the market's mentors could change, and what they score with them. Their wishes
    alone say first how much that is at most: as if all hours suited both, and nothing were in the way."""
    wants = wants_of(mentees)
    builder.forget_mentees()
    for pk, wanted in wants.items():
        builder.mentee(pk, wanted)
    most = {pk: at_most(_best(found)) for pk, found in warm.scored(builder, builder.again()) if found}
    fresh = End(None, False)
    looked_at = [pk for pk in mentees if pk not in wants or ends.get(pk, fresh).is_moved_by(most.get(pk, 0))]
    builder.forget_mentees()
    if looked_at:
        add_mentees((builder,), now, looked_at, wants)
    return looked_at, dict(warm.scored(builder, builder.again()))


def at_most(score: int) -> float:
    """What somebody scores of whom nothing but wishes was read, in millionths, which both are rounded to."""
    return score / UNKNOWN_OVERLAP + 2


def _best(entries: list[warm.Entry]) -> int:
    return entries[0][1] if entries else 0


def _merged(entries, cut, fresh, changed) -> tuple[list[warm.Entry], warm.Entry | None] | None:
    """A list and its cut with other scores of those who changed. None where too few are left: who stands behind the cut
    is not known."""
    known = warm.in_order([entry for entry in entries if entry[0] not in changed] + fresh)
    if cut is not None:
        known = known[: bisect_right(known, warm.place(cut), key=warm.place)]
        if len(known) < plain.LEAST:
            return None
    return known[: plain.SIZE], known[plain.SIZE - 1] if len(known) > plain.SIZE else cut


def _draw(run, near, mentees, now) -> int:
    """Write these lists anew, each over all mentors that could be in it."""
    written = 0
    for start in range(0, len(mentees), AT_ONCE):
        some = mentees[start : start + AT_ONCE]
        # Most who are marked are mentors and look for none: for them the arrays need not be brought up to date.
        looking = sorted(set(Goal.objects.filter(one_of("person", array_of(some))).values_list("person", flat=True)))
        found = warm.lists_of(run, near, looking, now) if looking else {}
        _write(run, ((pk, row, cut_of(row)) for pk, row in found.items()), now)
        # Whoever has no goal any more, or no account, has no list.
        MatchList.objects.filter(run=run, mentee__in=set(some) - set(found)).delete()
        written += len(found)
    return written


def cut_of(entries: list[warm.Entry]) -> warm.Entry | None:
    """Of a list as it is drawn: who is not in it comes after its last."""
    return entries[-1] if len(entries) >= plain.SIZE else None


def _write(run, lists, now) -> None:
    """In one statement of arrays: to make it of rows took the ORM five times as long."""
    rows = list(lists)
    if rows:
        mentees, entries, cuts = zip(*rows, strict=True)
        mentors = [array_text(mentor for mentor, _ in row) for row in entries]
        scores = [array_text(score for _, score in row) for row in entries]
        cut_mentors, cut_scores = zip(*(cut or NO_CUT for cut in cuts), strict=True)
        columns = [list(mentees), mentors, scores, list(cut_mentors), list(cut_scores)]
        with connection.cursor() as cursor:
            cursor.execute(WRITE, [run.pk, now, *columns])
