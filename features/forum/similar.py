"""What is there already, for somebody who is about to ask: threads, sessions, articles and courses, and who solved the
like."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F
from django.utils import timezone

from core.text import words as folded
from features.accounts.models import User
from features.discovery import services as discovery
from features.forum.findable import KIND
from features.forum.models import State, Thread

SESSION, WORK = "session", "work"
MOST_WORDS, LEAST_LETTERS = 10, 3
NEAR, CLOSE = 0.25, 0.6  # shares of the words of a title: to be shown while typing, to be asked about before sending
# Words that most questions have: they say nothing of what is asked.
_COMMON = """
    and are can did does for from have how into its not our should that the their there they this was what when where
    which who why will with would you your
"""
COMMON = frozenset(_COMMON.split())


@dataclass(frozen=True)
class Similar:
    threads: list
    sessions: list
    works: list
    people: list

    def __bool__(self):
        return bool(self.threads or self.sessions or self.works or self.people)

    @property
    def may_answer(self) -> bool:
        """Whether there is something to read before it is asked once more."""
        return bool(self.threads or self.works)


NOTHING = Similar([], [], [], [])


def similar(title: str, person, *, now: datetime | None = None, least: float = NEAR, leave_out: int = 0) -> Similar:
    """The few things that are nearest to this title, nearest first."""
    now = now or timezone.now()
    wanted = _words(title)
    if not wanted:
        return NOTHING
    kinds = [KIND, SESSION, WORK]
    found = discovery.search(" or ".join(wanted), kinds=kinds, person=person, size=40, now=now, counts_all=False)
    scored = sorted(((nearness(title, row.title), row) for row in found.documents), key=lambda pair: -pair[0])
    near = [row for score, row in scored if score >= least]
    refs = [int(row.ref) for row in near if row.kind == KIND and int(row.ref) != leave_out][:5]
    threads = Thread.objects.shown().select_related("board").in_bulk(refs)
    sessions = [row for row in near if row.kind == SESSION and row.starts_at and row.starts_at > now][:2]
    works = [row for row in near if row.kind == WORK][:2]
    return Similar([threads[pk] for pk in refs if pk in threads], sessions, works, solvers(threads))


def nearness(title: str, other: str) -> float:
    """The share of the words of `title` that the other has, by how they begin."""
    mine, theirs = ({word[:5] for word in _words(text)} for text in (title, other))
    return len(mine & theirs) / len(mine) if mine else 0.0


def _words(text: str) -> list[str]:
    found = [word for word in folded(text).split() if len(word) >= LEAST_LETTERS and word not in COMMON]
    return list(dict.fromkeys(found))[:MOST_WORDS]


def solvers(thread_ids) -> list[User]:
    """Those whose answers solved these, as everybody can read there."""
    solved = Thread.objects.shown().filter(pk__in=list(thread_ids), accepted__state=State.SHOWN)
    solved = solved.exclude(accepted__author=F("author")).exclude(accepted__is_anonymous=True)
    ids = list(dict.fromkeys(solved.order_by("-pk").values_list("accepted__author", flat=True)))[:3]
    people = User.objects.filter(is_active=True).in_bulk(ids)
    return [people[pk] for pk in ids if pk in people]


def who_may_know(thread: Thread, leave_out) -> list[tuple[User, int]]:
    """Those who solved most questions about the same skills, with how many."""
    solved = (
        Thread.objects.shown()
        .filter(skills__in=thread.skills.all(), accepted__state=State.SHOWN, accepted__author__is_active=True)
        .exclude(accepted__author=F("author"))
        .exclude(accepted__is_anonymous=True)
        .exclude(accepted__author__in=leave_out)
    )
    rows = solved.values("accepted__author").annotate(n=Count("pk", distinct=True)).order_by("-n", "accepted__author")
    counted = {row["accepted__author"]: row["n"] for row in rows[:5]}
    people = User.objects.in_bulk(list(counted))
    return [(people[pk], n) for pk, n in counted.items()]
