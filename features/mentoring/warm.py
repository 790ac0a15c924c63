"""All mentors as arrays that stay in the worker, so that one list is drawn without reading them all again.

Who has changed since they were read is taken out of the arrays and read anew each time, whichever process drew the
lists that it changed: `MentorPage.relisted_at` says so. After an hour, with another run, or when many have changed,
everybody is read again.
"""

import threading
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from features.mentoring.loading import Frame, add_mentees, load
from features.mentoring.matching import plain
from features.mentoring.models import MatchRun, MentorPage

LONGEST = timedelta(hours=1)
MOST_CHANGED = 500
MARGIN = timedelta(minutes=2)  # for transactions that were open when everybody was read
MILLIONTHS = 1_000_000

Entry = tuple[int, int]  # mentor, score in millionths
_one_at_a_time = threading.Lock()


def in_order(entries) -> list[Entry]:
    """The best first; of equals the lower number, as in the kernel."""
    return sorted(entries, key=lambda entry: (-entry[1], entry[0]))


def scored(builder, market) -> Iterator[tuple[int, list[Entry]]]:
    """(mentee, entries) of a market."""
    for place, mentors, scores in plain.lists(market, range(len(builder.mentees))):
        found = zip(mentors, scores, strict=True)
        yield builder.mentees[place], [(builder.mentors[j], round(score * MILLIONTHS)) for j, score in found]


class Mentors:
    def __init__(self, run: MatchRun, near, now: datetime):
        self.key, self.near, self.read_at = (run.pk, run.started_at), near, now
        self.frame = Frame.of(run.params)
        self.builder = load(self.frame, now, mentees=(), near=near)
        self.builder.finish()

    def changed(self) -> list[int]:
        rows = MentorPage.objects.filter(relisted_at__gt=self.read_at - MARGIN)
        return list(rows.order_by("pk").values_list("pk", flat=True)[: MOST_CHANGED + 1])

    def lists(self, mentees: Collection[int], changed: Collection[int], now: datetime) -> dict[int, list[Entry]]:
        self.builder.forget_mentees()
        add_mentees(self.builder, now, mentees)
        self.builder.leave_out(changed)
        found = dict(scored(self.builder, self.builder.again()))
        if changed and found:
            fresh = load(self.frame, now, mentees=mentees, mentors=changed, near=self.near)
            for mentee, entries in scored(fresh, fresh.finish()):
                found[mentee] = in_order(found.get(mentee, []) + entries)[: plain.SIZE]
        return found


_kept: Mentors | None = None


def lists_of(run: MatchRun, near, mentees: Collection[int], now: datetime) -> dict[int, list[Entry]]:
    """Lists as a full run would draw them."""
    global _kept
    with _one_at_a_time:
        kept = _kept
        is_old = kept is None or kept.key != (run.pk, run.started_at) or kept.near != near
        changed = [] if kept is None or is_old else kept.changed()
        if kept is None or is_old or now - kept.read_at > LONGEST or len(changed) > MOST_CHANGED:
            kept = _kept = Mentors(run, near, now)
            changed = kept.changed()
        return kept.lists(mentees, changed[:MOST_CHANGED], now)
