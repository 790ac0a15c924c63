"""The queue: who looks at what, and what becomes of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from features.accounts import services as accounts
from features.accounts.models import User
from features.moderation import letters
from features.moderation.models import Case, Entry, Flag, Note, Reason
from features.moderation.services.acts import acts, record
from features.moderation.services.closing import close, taken
from features.moderation.services.subjects import (
    ModerationRefused,
    Thing,
    hold,
    moderates,
    scopes_of,
    subjects,
    thing,
    things,
)
from features.moderation.urgency import urgency

CLAIM = timedelta(minutes=30)
LINE = 50  # the most urgent ones; the others move up
LOOKED_AT = 500


@dataclass(frozen=True)
class Waiting:
    case: Case
    thing: Thing
    urgency: float
    holder: User | None  # who has claimed it
    reports: int


def cases_of(person: User):
    """Those that somebody may decide: of their areas, and not about themselves."""
    areas = scopes_of(person)
    found = Case.objects.exclude(person=person)
    return found if areas is None else found.filter(scope__in=areas).exclude(scope="")


def line(person: User, *, now: datetime | None = None, **wanted) -> list[Waiting]:
    """What waits, the most urgent first: harm × age × confidence. Two queries, and those of each kind of thing."""
    now = now or timezone.now()
    cases = cases_of(person).waiting().filter(**wanted).select_related("person", "claimed_by")
    ranked = sorted(
        cases.order_by("opened_at")[:LOOKED_AT], key=lambda case: (-urgency_of(case, now), case.pk)
    )[:LINE]  # fmt: skip
    found = things([case.key for case in ranked])
    counted = Flag.objects.filter(case__in=[case.pk for case in ranked]).values_list("case")
    reports = dict(counted.annotate(n=Count("pk")))
    return [
        Waiting(case, found[case.key], urgency_of(case, now), holder(case, now), reports.get(case.pk, 0))
        for case in ranked
        if case.key in found
    ]  # fmt: skip


def urgency_of(case: Case, now: datetime) -> float:
    return urgency(harm=case.harm, weight=case.weight, hours=(now - case.opened_at) / timedelta(hours=1))


def holder(case: Case, now: datetime | None = None) -> User | None:
    now = now or timezone.now()
    return case.claimed_by if case.claimed_at and case.claimed_at > now - CLAIM else None


def in_hands_of(case: Case, now: datetime | None = None) -> User | None:
    """Who has claimed it and may still decide it: their role may have ended since."""
    person = holder(case, now)
    return person if person and moderates(person, case.scope) else None


def decided_today(person: User, now: datetime | None = None) -> int:
    """How many somebody has decided since midnight, on the clock that they see."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return Case.objects.filter(decided_by=person, decided_at__gte=midnight).count()


@transaction.atomic
def claim(*, by: User, case: Case, now: datetime | None = None) -> None:
    """Have it to oneself for half an hour. Of two at once one wins; the other is told who has it."""
    now = now or timezone.now()
    check(by, case)
    free = Q(claimed_by=None) | Q(claimed_by=by) | Q(claimed_at__lte=now - CLAIM)
    waiting = Case.objects.waiting().filter(pk=case.pk, scope=case.scope)
    if not waiting.filter(free).update(claimed_by=by, claimed_at=now):
        case.refresh_from_db()
        check(by, case)
        theirs = waiting.filter(claimed_by=case.claimed_by_id)
        if in_hands_of(case, now) or not theirs.update(claimed_by=by, claimed_at=now):
            raise taken(case)


@transaction.atomic
def release(*, by: User, case: Case) -> None:
    """Back to the queue, for somebody else."""
    check(by, case)
    Case.objects.waiting().filter(pk=case.pk, claimed_by=by).update(claimed_by=None, claimed_at=None)


@transaction.atomic
def pass_on(*, kind: str, refs, scope: str) -> None:
    """What waits belongs to another area from now on: whoever had claimed it there may not decide it any more. `refs`
    are references, or a query of them."""
    elsewhere = Case.objects.waiting().filter(kind=kind, ref__in=refs).exclude(scope=scope)
    elsewhere.update(scope=scope, claimed_by=None, claimed_at=None)


def check(by: User, case: Case) -> None:
    if not moderates(by, case.scope):
        raise ModerationRefused("not_yours", _("Only a moderator of this area does this."))
    if case.person_id == by.pk:
        raise ModerationRefused("own", _("This is about yourself. Another moderator decides."))


@transaction.atomic
def decide(*, by: User, case: Case, outcome: str, now: datetime | None = None) -> None:
    """Let it stand (`kept`: whoever reported it was wrong, and what was held is shown), or close it without a word on
    that (`ignored`), which leaves nothing out of sight. What is done to a thing closes its case by itself."""
    now = now or timezone.now()
    hold([case.key])
    case = Case.objects.select_for_update().get(pk=case.pk)  # it may have been passed on to another area meanwhile
    claim(by=by, case=case, now=now)
    if outcome not in (Case.Outcome.KEPT, Case.Outcome.IGNORED) or needs_act(case):
        raise ModerationRefused("unknown", _("Choose one of the buttons."))
    entry = None
    found = thing(case.key)
    if found and is_pending(found):
        if outcome == Case.Outcome.IGNORED:
            raise ModerationRefused("pending", _("It is out of sight until you decide: show it, or remove it."))
        entry = _show(by, found, now)
    close(case, by, outcome, now, entry)
    accounts.audit(by, f"case.{outcome}", case.key, [f"case:{case.pk}"])


def needs_act(case: Case) -> bool:
    """Whether one of its own acts decides it. What has gone, or was settled without, is closed like any other."""
    if case.kind not in subjects or not subjects[case.kind].needs_act:
        return False
    found = thing(case.key)
    return found is not None and any(acts[name].fits(found) for name in subjects[case.kind].acts)


def is_pending(found: Thing) -> bool:
    """Out of sight only until somebody has looked."""
    if found.state == "held":
        return True
    last = Entry.objects.filter(kind=found.kind, ref=found.ref).order_by("-pk").first()
    return found.state == "hidden" and last is not None and last.act == "flagged"


def _show(by, found, now) -> Entry | None:
    """What was held is shown: it was nothing."""
    set_state = subjects[found.kind].set_state
    if set_state is None:
        return None
    before = set_state(found, "shown", now)
    entry = record(by=by, name="show", thing=found, reason=Reason.TIDYING, before=before, now=now)
    if found.author:
        letters.tell_act("act_done", entry, found.author)
    return entry


# --- The whole person beside it ---------------------------------------------------------------------------------------
@transaction.atomic
def write_note(*, by: User, person: User, words: str, now: datetime | None = None) -> Note:
    """For other moderators alone."""
    if not words.strip():
        raise ModerationRefused("no_words", _("Say what the next moderator should know."))
    note = Note.objects.create(person=person, by=by, words=words.strip(), written_at=now or timezone.now())
    accounts.audit(by, "note.written", f"person:{person.pk}", [f"note:{note.pk}"])
    return note


def things_of(person: User, *, seen_by: User, most: int = 5) -> list[Thing]:
    """The newest that somebody wrote, of every kind, where `seen_by` moderates: elsewhere they may have written without
    a name."""
    written = [thing for subject in subjects.values() for thing in subject.by_person(person)]
    found = [thing for thing in written if moderates(seen_by, thing.scope)]
    return sorted(found, key=lambda thing: thing.at or person.joined_at, reverse=True)[:most]
