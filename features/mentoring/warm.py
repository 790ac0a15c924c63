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
from features.mentoring.matching.market import Builder
from features.mentoring.models import MatchRun, MentorPage

LONGEST = timedelta(hours=1)
MOST_CHANGED = 500
MARGIN = timedelta(minutes=2)  # for transactions that were open when everybody was read
MILLIONTHS = 1_000_000

Entry = tuple[int, int]  # mentor, score in millionths
_one_at_a_time = threading.Lock()


def place(entry: Entry) -> tuple[int, int]:
    """The best first; of equals the lower number, as in the kernel."""
    return -entry[1], entry[0]


def in_order(entries) -> list[Entry]:
    return sorted(entries, key=place)


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
        self.fresh: Builder | None = None
        self.fresh_of: dict[int, datetime] = {}

    def changed(self) -> dict[int, datetime]:
        """Mentors who were changed since they were read, and when."""
        rows = MentorPage.objects.filter(relisted_at__gt=self.read_at - MARGIN)
        return dict(rows.order_by("pk").values_list("pk", "relisted_at"))

    def take_in(self, changed: dict[int, datetime], now: datetime) -> None:
        """Read those anew who were changed; who was so before, and not again, is known."""
        if changed != self.fresh_of:
            self.builder.leave_out(changed)
            self.fresh = load(self.frame, now, mentees=(), mentors=list(changed), near=self.near)
            self.fresh.finish()
            self.fresh_of = changed

    def lists(self, mentees: Collection[int], now: datetime) -> dict[int, list[Entry]]:
        builders = [self.builder] if self.fresh is None else [self.builder, self.fresh]
        for builder in builders:
            builder.forget_mentees()
        add_mentees(builders, now, mentees)
        found, *others = [dict(scored(builder, builder.again())) for builder in builders]
        for other in others:
            for mentee, entries in other.items():
                found[mentee] = in_order(found.get(mentee, []) + entries)[: plain.SIZE]
        return found


def forget(people: Collection[int]) -> None:
    """Whoever was read of these is read again."""
    if _kept is not None:
        for pk in people:
            _kept.fresh_of.pop(pk, None)


_kept: Mentors | None = None


def lists_of(run: MatchRun, near, mentees: Collection[int], now: datetime) -> dict[int, list[Entry]]:
    """Lists as a full run would draw them."""
    global _kept
    with _one_at_a_time:
        kept = _kept
        is_old = kept is None or kept.key != (run.pk, run.started_at) or kept.near != near
        changed = {} if kept is None or is_old else kept.changed()
        age = timedelta() if kept is None else now - kept.read_at
        # Just after a reading all who changed shortly before it count as changed: reading all again would not end that.
        if kept is None or is_old or age > LONGEST or (len(changed) > MOST_CHANGED and age > MARGIN):
            kept = _kept = Mentors(run, near, now)
            changed = kept.changed()
        kept.take_in(changed, now)
        return kept.lists(mentees, now)
