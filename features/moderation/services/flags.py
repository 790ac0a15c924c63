"""Reports by members: how much each weighs, and when they take something out of sight until a moderator has looked."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core.limits import hit
from core.text import one_line
from features.accounts import access
from features.accounts.access import Ability
from features.accounts.models import User
from features.moderation import letters
from features.moderation.models import HARM, Case, Entry, Flag
from features.moderation.services.acts import record
from features.moderation.services.subjects import ModerationRefused, alone_with, hold, moderates, subjects, thing

HIDES = 3.0  # weight at which something waits out of sight
YOUNG = timedelta(days=7)
RIGHT, WRONG = Flag.Outcome.RIGHT, Flag.Outcome.WRONG


def weight(right: int, wrong: int, *, is_young: bool = False) -> float:
    """What one report weighs: 1 for who has no record, nearly 2 for who is always right, nearly 0 for who never is.
    Twice the share that was right, begun with one of each (Laplace), so that a single one decides little. Accounts of
    the first week weigh half, so that making several is worth nothing."""
    share = (right + 1) / (right + wrong + 2)
    return round(2 * share * (0.5 if is_young else 1), 3)


def record_of(people) -> dict[int, tuple[int, int]]:
    """{person: (reports that were right, all that were decided)}: one query."""
    rows = Flag.objects.filter(person__in=people).values("person")
    counted = rows.annotate(right=Count("pk", Q(outcome=RIGHT)), decided=Count("pk", Q(outcome__in=[RIGHT, WRONG])))
    return {row["person"]: (row["right"], row["decided"]) for row in counted}


def weight_of(person: User, scope: str, now: datetime) -> float:
    if moderates(person, scope):
        return HIDES
    right, decided = record_of([person.pk]).get(person.pk, (0, 0))
    return weight(right, decided - right, is_young=now - person.joined_at < YOUNG)


@transaction.atomic
def flag(*, person: User, key: str, reason: str, words: str = "", now: datetime | None = None) -> Flag:
    """Report something. Once for each open case; the second one changes what was said. Raises ModerationRefused."""
    now = now or timezone.now()
    hold([key])
    found = thing(key)
    if found is None or not subjects[found.kind].shown_to(person, found.ref):
        raise ModerationRefused("gone", _("There is nothing here any more that you could report."))
    if bar := access.bar(person, Ability.FLAG, found.scope):
        raise ModerationRefused("barred", bar.words)
    if found.author and found.author.pk == person.pk:
        raise ModerationRefused("own", _("This is your own. Change it, or take it back."))
    if reason not in HARM:
        raise ModerationRefused("no_reason", _("Choose what is wrong with it."))
    hit("flag", person.pk)
    case = open_case(found, Case.Cause.FLAGS, HARM[reason], now)  # type: ignore[index]
    said = {"reason": reason, "words": one_line(words), "weight": weight_of(person, found.scope, now)}
    made, _new = Flag.objects.update_or_create(case=case, person=person, defaults=said)
    flags = list(case.flags.select_related("person"))
    case.cause = Case.Cause.FLAGS  # also where it was somebody's first post
    # Accounts that were found out and suspended meanwhile hide nothing any more.
    case.weight = sum(each.weight for each in flags if each.person.is_active)
    case.harm = max([HARM.get(each.reason, 1) for each in flags])  # type: ignore[call-overload]
    case.save(update_fields=["cause", "weight", "harm"])
    if case.weight >= HIDES and found.state == "shown" and not was_kept(found):
        hide_pending(found, reason, now)
    return made


def open_case(found, cause: str, harm: int, now: datetime) -> Case:
    """The case of a thing, locked: there is one at a time."""
    facts = {
        "cause": cause, "scope": found.scope, "person": found.author, "harm": harm, "opened_at": now,
    }  # fmt: skip
    case, _new = Case.objects.get_or_create(kind=found.kind, ref=found.ref, decided_at=None, defaults=facts)
    return Case.objects.select_for_update().get(pk=case.pk)


def was_kept(found) -> bool:
    """A moderator has looked and let it stand as it is: reports alone do not hide it again, until it is changed."""
    of_these_words = Q(edited_at=None) | Q(edited_at__lte=F("decided_at"))
    return Case.objects.filter(of_these_words, kind=found.kind, ref=found.ref, outcome=Case.Outcome.KEPT).exists()


def hide_pending(found, reason: str, now: datetime) -> None:
    subject = subjects[found.kind]
    if subject.set_state is None:
        return
    before = subject.set_state(found, "held" if "held" in subject.states else "hidden", now)
    entry = record(by=None, name="flagged", thing=found, reason=reason, before=before, now=now)
    if found.author:
        letters.tell_act("act_done", entry, found.author)


# --- Its author changes it --------------------------------------------------------------------------------------------
USED_UP = {"flagged": "spent", "hide": "again"}


def may_restore(key: str) -> bool:
    """Whether changing it puts it back: it was hidden until it is changed, and that has not been used up."""
    kind, _colon, ref = key.partition(":")
    entries = Entry.objects.filter(kind=kind, ref=ref)
    last = entries.exclude(act="undo").filter(undone_by=None).order_by("-pk").first()
    return bool(last and last.act in ("flagged", "hide") and not entries.filter(act="restored").exists())


def restores(entry: Entry) -> bool:
    """Whether changing what this hid shows it again at once: the first time, and no other."""
    former = Entry.objects.filter(kind=entry.kind, ref=entry.ref, act="restored", pk__lt=entry.pk)
    return entry.act in ("flagged", "hide") and not former.exists()


def why_held(keys: Sequence[str]) -> dict[str, str]:
    """Why things are out of sight, of those that somebody has put there: "flagged" or "hide" while changing them shows
    them again, "spent" and "again" once that was used up. What only waits to be looked at is not among them. One
    query."""
    wanted = Q(pk=None)
    for key in keys:
        kind, _colon, ref = key.partition(":")
        wanted |= Q(kind=kind, ref=ref)
    found: dict[str, str] = {}
    spent = set()
    for entry in Entry.objects.filter(wanted).exclude(act="undo").filter(undone_by=None).order_by("pk"):
        found[entry.key] = entry.act
        if entry.act == "restored":
            spent.add(entry.key)
    held = {key: act for key, act in found.items() if act in ("flagged", "hide")}
    return {key: USED_UP[act] if key in spent else act for key, act in held.items()}


@transaction.atomic
def author_edited(*, key: str, now: datetime | None = None) -> bool:
    """Its author has changed something: what was decided about the words of before is no verdict on these. What is held
    is shown again, once; from then on it waits until a moderator has looked."""
    now = now or timezone.now()
    alone_with([key])
    found = thing(key)
    if found is None:
        return False
    cases = Case.objects.filter(kind=found.kind, ref=found.ref)
    cases.update(edited_at=now)
    subject = subjects[found.kind]
    if found.state != "held" or subject.set_state is None:
        return False
    if not may_restore(key):
        open_case(found, Case.Cause.CHANGED, 1, now)
        return False
    before = subject.set_state(found, "shown", now)
    record(by=found.author, name="restored", thing=found, reason="tidying", before=before, now=now)
    return True
