"""Whether people keep what they promise: what is written down, what it comes to, and how it ends.

One slip is nothing; a second within 30 days is a word; a fourth is a pause, which ends by itself. What weighs loses
half of it in 60 days and is forgotten after 180. Whoever sees it differently says so, and somebody else decides.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.registry import Registry
from core.text import one_line
from features.accounts import services as accounts
from features.accounts.models import User
from features.moderation import incident_letters
from features.moderation.models import FORGOTTEN, Incident, IncidentAppeal, Sanction
from features.moderation.services import sanctions
from features.moderation.services.sanctions import SanctionRefused

WEIGHTS = {Incident.Kind.NO_SHOW: 1.0, Incident.Kind.LATE_CANCEL: 0.5, Incident.Kind.NO_ANSWER: 0.5}
HALVED = timedelta(days=60)
WINDOW = timedelta(days=30)
WARNED_AT, PAUSED_AT = 2, 4
PAUSE = timedelta(days=14)
LATE = timedelta(hours=3)
SECOND_THOUGHTS = timedelta(minutes=15)  # after a booking, in which calling it off is never late
# What everybody begins with, so that one slip of somebody new is no verdict: three of four promises kept.
GIVEN_KEPT, GIVEN = 3, 4

# What incidents come from, by the word before the colon of their source: (sources, viewer) -> {source: (words, url)}.
causes: dict[str, Callable[[Sequence[str], User], dict[str, tuple[str, str]]]] = Registry("causes of incidents")

# Sources of incidents in which somebody had a part of their own, beside whom they are about: (person) -> sources.
parts: dict[str, Callable[[User], Iterable[str]]] = Registry("parts in what incidents come from")

# How many promises people kept since a moment, by feature: (person ids, since) -> {person: how many}.
kept: dict[str, Callable[[Collection[int], datetime], dict[int, int]]] = Registry("promises that were kept")


@dataclass(frozen=True)
class Record:
    kept: int
    missed: int
    share: float


def weight(kind: str, happened_at: datetime, now: datetime) -> float:
    """What an incident weighs today."""
    return WEIGHTS[Incident.Kind(kind)] * 0.5 ** ((now - happened_at) / HALVED)


def is_late(starts_at: datetime, agreed_at: datetime, now: datetime) -> bool:
    """Whether calling off now is told on the record."""
    return now > starts_at - LATE and now > agreed_at + SECOND_THOUGHTS


def records(people: Collection[int], now: datetime | None = None) -> dict[int, Record]:
    """Of each of these people what they kept and missed in 180 days, and the share that it comes to."""
    now = now or timezone.now()
    missed: dict[int, list[float]] = {}
    rows = Incident.objects.counting(now).filter(person__in=people)
    for person, kind, happened_at in rows.values_list("person", "kind", "happened_at"):
        missed.setdefault(person, []).append(weight(kind, happened_at, now))
    done: dict[int, int] = {}
    for answer in kept.values():
        for person, count in answer(people, now - FORGOTTEN).items():
            done[person] = done.get(person, 0) + count
    found = {}
    for person in people:
        times, weighs = done.get(person, 0), missed.get(person, [])
        share = (times + GIVEN_KEPT) / (times + GIVEN + sum(weighs))
        found[person] = Record(times, len(weighs), round(share, 3))
    return found


def told(incidents: Iterable[Incident], viewer: User) -> dict[int, tuple[str, str]]:
    """(words, address) of what each of them is about."""
    by_kind: dict[str, list[Incident]] = {}
    for incident in incidents:
        by_kind.setdefault(incident.source.partition(":")[0], []).append(incident)
    found: dict[int, tuple[str, str]] = {}
    for kind, rows in by_kind.items():
        said = causes[kind]([row.source for row in rows], viewer) if kind in causes else {}
        found |= {row.pk: said.get(row.source, ("", "")) for row in rows}
    return found


# --- Writing down -----------------------------------------------------------------------------------------------------
@transaction.atomic
def note_incident(
    *,
    person: User,
    kind: str,
    source: str,
    happened_at: datetime,
    ability: str,
    other: User | None = None,
    now: datetime | None = None,
) -> None:
    """Write down that a promise was not kept, once for each cause, and draw what follows."""
    now = now or timezone.now()
    values = {"kind": kind, "happened_at": happened_at, "ability": ability, "other": other, "noted_at": now}
    incident, is_new = Incident.objects.get_or_create(person=person, source=source, defaults=values)
    if is_new and incident.counts(now):
        incident_letters.tell("incident_noted", incident)
        _reconsider(person, ability, now, may_pause=True)


@transaction.atomic
def withdraw_incident(*, source: str, person: User | None = None, now: datetime | None = None) -> None:
    """What it rested on is no longer so: the row goes, and what followed from it."""
    now = now or timezone.now()
    rows = Incident.objects.filter(source=source).select_related("person")
    for incident in rows.filter(person=person) if person else rows:
        owner, ability = incident.person, incident.ability
        incident.delete()
        _reconsider(owner, ability, now)


@transaction.atomic
def keep_incidents(
    *,
    kind: str,
    among: Sequence[str],
    missed: Mapping[str, User],
    happened_at: datetime,
    ability: str,
    other: User | None = None,
    now: datetime | None = None,
) -> None:
    """Of the causes `among`, those in `missed` stand on the record of their person, and no others do."""
    known = set(Incident.objects.filter(source__in=among, kind=kind).values_list("source", flat=True))
    for source in sorted(known - set(missed)):
        withdraw_incident(source=source, now=now)
    for source in sorted(set(missed) - known):
        note_incident(
            person=missed[source], kind=kind, source=source, happened_at=happened_at, ability=ability, other=other,
            now=now,
        )  # fmt: skip


def lately(person: User, ability: str, now: datetime) -> int:
    """How many the rules count: of the last 30 days, about one ability, without those that are being looked at."""
    return _counted(person, ability, now).count()


def _counted(person, ability, now):
    rows = Incident.objects.counting(now).unquestioned().filter(person=person, ability=ability)
    return rows.filter(happened_at__gt=now - WINDOW)


def pauses_of(person: User, now: datetime):
    """Those that the site gave by itself and that hold."""
    return Sanction.objects.in_force(now).filter(person=person, given_by=None, kind=Sanction.Kind.LIMIT)


def _reconsider(person, ability, now, *, may_pause=False) -> None:
    """A pause holds while the incidents that it rests on do, for two weeks from when the last of them was noted: what
    was served already is not served again. Only what speaks against somebody (`may_pause`) begins one."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    noted = list(_counted(person, ability, now).values_list("noted_at", flat=True))
    paused = pauses_of(person, now).filter(ability=ability).first()
    if len(noted) < PAUSED_AT:
        if paused:
            sanctions.end_pause(sanction=paused, reason=_("What it rested on was put right."), now=now)
    elif may_pause and paused is None and person.is_active and (ends_at := max(noted) + PAUSE) > now:
        reason = _("%(n)d appointments in 30 days that you did not keep, or called off late.") % {"n": len(noted)}
        sanctions.pause(person=person, ability=ability, reason=reason, ends_at=ends_at, now=now)


# --- Appeals ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def appeal_incident(*, incident: Incident, words: str, now: datetime | None = None) -> IncidentAppeal:
    """What the person has to say, once, while it counts. Until it is decided it takes nothing from them."""
    now = now or timezone.now()
    incident = Incident.objects.select_for_update().get(pk=incident.pk)
    if IncidentAppeal.objects.filter(incident=incident).exists():
        raise SanctionRefused("appealed", _("You have said your side already. There is one appeal."))
    if not incident.counts(now):
        raise SanctionRefused("over", _("This does not count any more, so there is nothing left to object to."))
    filed = IncidentAppeal.objects.create(incident=incident, words=words.strip(), filed_at=now)
    person = incident.person
    accounts.audit(person, "incident_appeal.filed", f"person:{person.pk}", [f"incident:{incident.pk}"])
    _reconsider(incident.person, incident.ability, now)
    return filed


def may_decide_incident(by: User, incident: Incident) -> bool:
    is_part = incident.other_id == by.pk or incident.source in parts_of(by)
    return not is_part and sanctions.may_judge(by, incident.person)


def parts_of(person: User) -> set[str]:
    """All that somebody was part of and so does not judge."""
    return {source for sources in parts.values() for source in sources(person)}


@transaction.atomic
def decide_incident_appeal(
    *, by: User, appeal: IncidentAppeal, outcome: str, answer: str, now: datetime | None = None
) -> IncidentAppeal:
    """It counts, or it does not, in words that the person reads. Never by whoever was part of it."""
    now = now or timezone.now()
    rows = IncidentAppeal.objects.select_for_update(of=("self",)).select_related("incident__person")
    appeal = rows.get(pk=appeal.pk)
    incident = appeal.incident
    if not may_decide_incident(by, incident):
        raise SanctionRefused("own", _("Somebody else decides: you were part of it, or may not judge this person."))
    if appeal.decided_at:
        raise SanctionRefused("decided", _("Somebody decided this a moment ago."))
    if not (answer := one_line(answer)):
        raise SanctionRefused("no_reason", _("Say why. The person reads it."))
    appeal.outcome, appeal.answer, appeal.decided_by, appeal.decided_at = outcome, answer, by, now
    appeal.save()
    is_excused = outcome == IncidentAppeal.Outcome.EXCUSED
    if is_excused:
        Incident.objects.filter(pk=incident.pk).update(excused_at=now)
    accounts.audit(by, f"incident_appeal.{outcome}", f"person:{incident.person_id}", [f"incident:{incident.pk}"])
    incident_letters.tell("incident_appeal_decided", incident)
    _reconsider(incident.person, incident.ability, now, may_pause=not is_excused)
    return appeal


def open_incident_appeals(by: User):
    """Those that `by` may decide, oldest first."""
    found = IncidentAppeal.objects.filter(decided_at=None).exclude(incident__person=by).exclude(incident__other=by)
    found = found.exclude(incident__source__in=parts_of(by))
    return found.select_related("incident__person", "incident__other")
