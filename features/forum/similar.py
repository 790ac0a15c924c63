"""What is there already, for somebody who is about to ask: threads, sessions to come, what was asked and answered about
past ones, articles and courses, and who solved the like."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from core.recordings import kept_of
from core.text import words as folded
from features.accounts.models import User
from features.discovery import services as discovery
from features.discovery.models import Document
from features.forum.findable import KIND
from features.forum.models import State, Thread

SESSION, WORK = "session", "work"
MOST_WORDS, LEAST_LETTERS = 10, 3
NEAR, CLOSE = 0.25, 0.6  # shares of the words of a title: to be shown while typing, to be asked about before sending
OF_TEXT, READ = 0.4, 5000  # a word in the text weighs so much of one in the title; letters of a text that are looked at
# Words that most questions have: they say nothing of what is asked.
_COMMON = """
    and are can did does for from have how into its not our should that the their there they this was what when where
    which who why will with would you your
"""
COMMON = frozenset(_COMMON.split())


@dataclass(frozen=True)
class Past:
    """A session that is over, with how many questions about it were answered, where these are, and what stays of it in
    words, such as notes, for who sees that."""

    session: Document
    answered: int
    stays: str = ""
    stays_url: str = ""

    @property
    def answers_url(self) -> str:
        return f"{reverse('forum')}?{urlencode({'about': f'session:{self.session.ref}', 'state': 'solved'})}"


@dataclass(frozen=True)
class Similar:
    threads: list
    sessions: list
    past: list
    works: list
    people: list

    def __bool__(self):
        return bool(self.threads or self.sessions or self.past or self.works or self.people)

    @property
    def may_answer(self) -> bool:
        """Whether there is something to read before it is asked once more."""
        return bool(self.threads or self.works or any(past.answered or past.stays for past in self.past))


NOTHING = Similar([], [], [], [], [])


def similar(title: str, person, *, now: datetime | None = None, least: float = NEAR, leave_out: int = 0) -> Similar:
    """The few things that are nearest to this title, nearest first."""
    now = now or timezone.now()
    wanted = _words(title)
    if not wanted:
        return NOTHING
    kinds = [KIND, SESSION, WORK]
    found = discovery.search(" or ".join(wanted), kinds=kinds, person=person, size=40, now=now, counts_all=False)
    scored = sorted(((_score(title, row), row) for row in found.documents), key=lambda pair: -pair[0])
    near = [row for score, row in scored if score >= least]
    refs = [int(row.ref) for row in near if row.kind == KIND and int(row.ref) != leave_out][:5]
    threads = Thread.objects.shown().select_related("board").in_bulk(refs)
    sessions = [row for row in near if row.kind == SESSION and row.starts_at]
    past, answers = _past([row for row in sessions if row.starts_at <= now], person)
    return Similar(
        threads=[threads[pk] for pk in refs if pk in threads],
        sessions=[row for row in sessions if row.starts_at > now][:2],
        past=past,
        works=[row for row in near if row.kind == WORK][:2],
        people=solvers([*threads, *answers]),
    )


def _past(sessions: list[Document], person) -> tuple[list[Past], list[int]]:
    """The nearest two, first those about which questions were answered, then those of which notes or a recording are
    there; and these threads, the newest first."""
    keys = [f"session:{row.ref}" for row in sessions]
    rows = Thread.objects.answered().filter(about__in=keys).order_by("-pk").values_list("pk", "about") if keys else ()
    counted = Counter(about for _pk, about in rows)
    kept = kept_of(keys, person)
    stays = [(kept[key].words, kept[key].url) if key in kept else ("", "") for key in keys]
    found = [Past(row, counted[key], *said) for row, key, said in zip(sessions, keys, stays, strict=True)]
    found = sorted(found, key=lambda past: (not past.answered, not past.stays))[:2]
    shown = {f"session:{past.session.ref}" for past in found}
    return found, [pk for pk, about in rows if about in shown]


def _score(title: str, row: Document) -> float:
    """Nearness of titles; of what the rest says, a part."""
    return max(nearness(title, row.title), OF_TEXT * nearness(title, f"{row.title} {row.text[:READ]}", every=True))


def nearness(title: str, other: str, *, every: bool = False) -> float:
    """The share of the words of `title` that the other has, by how they begin: among its first ones, or `every` one."""
    mine, theirs = {word[:5] for word in _words(title)}, {word[:5] for word in _words(other, every=every)}
    return len(mine & theirs) / len(mine) if mine else 0.0


def _words(text: str, *, every: bool = False) -> list[str]:
    found = [word for word in folded(text).split() if len(word) >= LEAST_LETTERS and word not in COMMON]
    return list(dict.fromkeys(found))[: None if every else MOST_WORDS]


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
