"""Lists of mentors: all of them every night, in between those of whom something has changed."""

import subprocess
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, CharField, F, Value, When
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils import timezone

from core.arrays import array_of, one_of
from core.db import DATABASE_FAULTS
from core.jobs import each
from features.mentoring.loading import Frame, load, neighbours, new_frame, skills_of, teaching
from features.mentoring.matching import VERSION, plain, prices
from features.mentoring.models import Dirty, Dismissal, MatchList, MatchRun, MentorPage, MentorPrice
from features.mentoring.services.relisting import AT_ONCE, NO_CUT, bring_up_to_date, cut_of
from features.moderation import services as moderation
from features.skills.models import Goal

PLAIN_UP_TO = 3_000_000  # pairs that plain Python scores within a minute
UNKNOWN_HISTORY = 0.75  # the share on a record without entries
LONGEST = timedelta(hours=2)  # after which a run that has not ended was killed
MILLIONTHS = 1_000_000

Row = tuple[int, list[int], list[int]]  # mentee, mentors, scores in millionths
State = MatchRun.State


@dataclass(frozen=True)
class Found:
    """All lists of a market; prices and exposures by mentor."""

    rows: Iterator[Row]
    prices: Callable[[], Iterable[tuple[int, float, float]]]  # asked after the rows


def current_run() -> MatchRun | None:
    return MatchRun.objects.filter(state=State.CURRENT).first()


@transaction.atomic
def mark_dirty(people: Collection[int], why: str, skills: Collection[int] = ()) -> None:
    """Have lists looked at again within a minute. Who is marked stays marked, with the skills of both causes."""
    rows = [Dirty(person_id=person, why=why, skills=sorted(skills)) for person in sorted(set(people))]
    Dirty.objects.bulk_create(rows, ignore_conflicts=True)
    if skills:
        for row in Dirty.objects.filter(person__in=people).select_for_update():
            row.skills = sorted({*row.skills, *skills})
            row.save(update_fields=["skills"])


def those_in_lists(people: Collection[int]) -> list[int]:
    """Of these people those who look for a mentor or are one."""
    looking = Goal.objects.filter(person__in=people).values_list("person", flat=True)
    return sorted({*looking, *MentorPage.objects.filter(pk__in=people).values_list("pk", flat=True)})


# --- Everybody --------------------------------------------------------------------------------------------------------
def rematch(now: datetime | None = None) -> None:
    """Draw all lists anew: here if that is little work, else in a process that loads what it takes, and ends with this
    one. The worker's one row for this is run by one at a time, so what is being built was begun by one that died."""
    now = now or timezone.now()
    being_built = MatchRun.objects.filter(state=State.BUILDING)
    being_built.delete()
    mentees = Goal.objects.values("person").distinct().count()
    try:
        if mentees * MentorPage.objects.with_room(now).count() <= PLAIN_UP_TO:
            match_everybody(in_plain, now=now)
        else:
            command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "match_everybody", "--with-parent"]
            subprocess.run(command, check=True, timeout=LONGEST.total_seconds())  # noqa: S603 - our own command
    finally:
        being_built.all().delete()  # while there is one, no change of anybody's is drawn


def in_plain(builder, before: dict[int, float]) -> Found:
    market = builder.finish()
    kept: list[tuple[list[int], list[float]]] = []

    def rows():
        for mentee, mentors, scores in plain.lists(market, range(len(builder.mentees))):
            kept.append((mentors, scores))
            yield builder.mentees[mentee], [builder.mentors[m] for m in mentors], _millionths(scores)

    def priced():
        mentors, scores = [m for m, _ in kept], [s for _, s in kept]
        known = [before.get(pk, 0.0) for pk in builder.mentors]
        found, exposure = prices.settled(mentors, scores, [len(m) for m in mentors], market.or_room, known)
        return zip(builder.mentors, found, exposure, strict=True)

    return Found(rows(), priced)


def match_everybody(reckon: Callable[..., Found], now: datetime | None = None) -> MatchRun | None:
    """A new run takes the place of the current one in one moment; who was marked before it began is clean."""
    now = now or timezone.now()
    if (run := _begin(now)) is None:
        return None
    _now_listed(_turned(now))
    frame = new_frame(now)
    run.params = frame.as_params()
    builder = load(frame, now)
    former = current_run()
    before = dict(MentorPrice.objects.filter(run=former).values_list("mentor", "price")) if former else {}
    found = reckon(builder, before)
    with transaction.atomic():
        _copy(
            MatchList,
            ("run_id", "mentee_id", "mentors", "scores", "cut_mentor", "cut_score", "made_at"),
            _rows(run, found.rows, now),
        )
        _copy(
            MentorPrice,
            ("run_id", "mentor_id", "price", "exposure"),
            ((run.pk, pk, round(price, 6), round(shown, 3)) for pk, price, shown in found.prices()),
        )
        run.mentees, run.mentors = len(builder.mentees), len(builder.mentors)
        run.state, run.finished_at = State.CURRENT, timezone.now()
        MatchRun.objects.filter(state=State.CURRENT).update(state=State.FORMER)
        run.save()
        Dirty.objects.filter(at__lt=now).delete()
    _forget()
    return run


def _begin(now: datetime) -> MatchRun | None:
    """One at a time."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('mentoring.match_everybody'))")
        building = MatchRun.objects.filter(state=State.BUILDING)
        building.filter(started_at__lt=now - LONGEST).delete()
        if building.exists():
            return None
        return MatchRun.objects.create(version=VERSION, started_at=now)


def _rows(run, rows, now):
    for mentee, mentors, scores in rows:
        cut = cut_of(list(zip(mentors, scores, strict=True))) or NO_CUT
        yield run.pk, mentee, mentors, scores, *cut, now


def _copy(model, columns, rows) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        with cursor.copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
        # The database thinks that a run it has not looked at is small, and reads all of it for one list.
        cursor.execute(f'ANALYZE "{model._meta.db_table}"')


def _forget() -> None:
    """The run of before is kept for a day of looking back; older ones go, lists and all."""
    for old in MatchRun.objects.filter(state=State.FORMER).order_by("-pk")[1:]:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            old.lists.all()._raw_delete("default")
            old.prices.all()._raw_delete("default")
            old.delete()


def forget_lists() -> None:
    """All that was drawn from people who were never there. Until the next night lists are drawn when they are read."""
    MatchRun.objects.all().delete()


def _millionths(scores) -> list[int]:
    return [round(score * MILLIONTHS) for score in scores]


# --- Those of whom something changed ----------------------------------------------------------------------------------
def drain(now: datetime | None = None, most: int = AT_ONCE) -> int:
    """Bring the lists of the current run up to date with whoever is marked. Answers how many lists were written."""
    now = now or timezone.now()
    mark_turned(now)
    run = current_run()
    # While a new run is being built marks are kept: it may have read its people before they changed.
    if run is None or MatchRun.objects.filter(state=State.BUILDING, started_at__gte=now - LONGEST).exists():
        return 0
    try:
        return _draw_marked(run, Dirty.objects.all(), now, most)
    except DATABASE_FAULTS:
        raise
    except Exception:  # one of them may fail in any way, and must not keep the lists of all others old
        each(list(Dirty.objects.order_by("at", "pk")[:most]), lambda row: _draw_alone(run, row, now))
        raise


def _draw_marked(run: MatchRun, rows, now: datetime, most: int) -> int:
    with transaction.atomic():
        marked = list(rows.select_for_update(skip_locked=True).order_by("at", "pk")[:most])
        if not marked:
            return 0
        people = [row.person_id for row in marked]
        skills = skills_of(people) | {skill for row in marked for skill in row.skills}
        written = bring_up_to_date(run, people, skills, now)
        Dirty.objects.filter(pk__in=people, at__in=[row.at for row in marked]).delete()
    return written


def _draw_alone(run: MatchRun, row: Dirty, now: datetime) -> int:
    """Whoever cannot be drawn waits for the night, when all are."""
    rows = Dirty.objects.filter(pk=row.pk)
    try:
        return _draw_marked(run, rows, now, 1)
    except DATABASE_FAULTS:
        raise
    except Exception:
        rows.filter(at=row.at).delete()
        raise


def mark_turned(now: datetime) -> None:
    """Mentors whose room, price or time to answer is not what lists know, whoever changed it and however: leave that
    begins, a place that was taken, a role that ended. And people for whom a "not now" is over."""
    turned = dict(_turned(now).values_list("pk", "known"))  # one look at all mentors, and what it found is written
    mark_dirty(list(turned), "room")
    pages = [MentorPage(pk=pk, listed_as=known) for pk, known in turned.items()]
    MentorPage.objects.bulk_update(pages, ["listed_as"], batch_size=500)
    over = Dismissal.objects.filter(until__lte=now)
    mark_dirty(list(over.values_list("mentee", flat=True)), "not now is over")
    over.delete()


def count_history(now: datetime | None = None) -> None:
    """The share of promises that mentors kept, from the one record of them: meetings, answers, sessions."""
    pages = dict(MentorPage.objects.values_list("pk", "history"))
    for pk, record in moderation.records(list(pages), now).items():
        if record.share != pages[pk]:
            MentorPage.objects.filter(pk=pk).update(history=record.share)


def _turned(now):
    known = Concat(
        Cast(Case(When(pk__in=MentorPage.objects.with_room(now), then=F("capacity") - F("places_taken")), default=0),
             CharField()),
        Value(":"), Cast(F("capacity"), CharField()),
        Value(":"), Cast(Coalesce(F("price_from"), 0), CharField()),
        Value(":"), Coalesce(Cast(F("answers_in"), CharField()), Value("")),
        Value(":"), Cast(F("history"), CharField()),
    )  # fmt: skip
    return MentorPage.objects.annotate(known=known).exclude(listed_as=F("known"))


def _now_listed(turned) -> None:
    turned.update(listed_as=F("known"))


def lists_of(frame: Frame, near, mentees: Collection[int], now: datetime) -> Iterator[Row]:
    """Lists as a full run would draw them, from those mentors alone that could stand in them."""
    wanted = set(Goal.objects.filter(person__in=mentees).values_list("skill", flat=True))
    builder = load(frame, now, mentees=mentees, mentors=teaching(wanted, near, now), near=near)
    for mentee, mentors, scores in plain.lists(builder.finish(), range(len(builder.mentees))):
        yield builder.mentees[mentee], [builder.mentors[m] for m in mentors], _millionths(scores)


def differing(now: datetime | None = None, share: float = 0.01, seed: int = 0) -> list[int]:
    """Of a sample of the current lists those that are not what would be drawn today; whoever is marked may differ."""
    now = now or timezone.now()
    if (run := current_run()) is None:
        return []
    clean = MatchList.objects.filter(run=run).exclude(mentee__in=Dirty.objects.values("person"))
    pks = list(clean.order_by("mentee").values_list("mentee", flat=True))
    sample = sorted(Random(seed).sample(pks, min(len(pks), max(1, int(len(pks) * share)))) if pks else [])  # noqa: S311
    return differing_of(run, sample, now)


def differing_of(run: MatchRun, mentees: list[int], now: datetime) -> list[int]:
    """Whose lists among these are not what would be drawn."""
    rows = MatchList.objects.filter(one_of("mentee", array_of(mentees)), run=run)
    kept = {row.mentee_id: (row.mentors, row.scores) for row in rows}
    drawn = lists_of(Frame.of(run.params), neighbours(), mentees, now)
    fresh = {mentee: (mentors, scores) for mentee, mentors, scores in drawn}
    nobody: tuple[list[int], list[int]] = [], []
    return [pk for pk in mentees if _known(kept.get(pk, nobody)) != _known(fresh.get(pk, nobody))]


def _known(row: tuple[list[int], list[int]]) -> tuple[list[int], list[int]]:
    """What of a list is known however many have gone from it since it was drawn."""
    mentors, scores = row
    return mentors[: plain.LEAST], scores[: plain.LEAST]
