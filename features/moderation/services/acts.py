"""Acts of moderators: permission, form, execution, result and undo of each stand together in one `Act`.

Every act leaves one entry in the log and one in the audit, in its transaction. Whoever wrote the thing is told why.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.db import broken_constraint
from core.registry import Registry
from core.text import one_line
from features.accounts import services as accounts
from features.accounts.access import has_any_role
from features.accounts.models import User
from features.moderation import letters
from features.moderation.models import ActAppeal, Case, Entry, Reason
from features.moderation.services.closing import close, reopen
from features.moderation.services.subjects import (
    EVERYWHERE,
    ModerationRefused,
    Thing,
    alone_with,
    hold,
    moderates,
    subjects,
    things,
)

UNDO = timedelta(minutes=10)
MOST = 50  # things in one selection


@dataclass(frozen=True, kw_only=True)
class Act:
    """Something that can be done to a thing. `label` and `effect` say what it does, not what it is called.

    `do(by, thing, given, now)` answers what undoing needs: ids and states alone. `given` is what the act's own form
    asks for, and the reason in words as "why". `undo(before, thing, by, now)` puts it back; without it there is none.
    """

    label: Any
    effect: Any
    said: Any  # for thread and log, after the name of whoever did it: "hid an answer"
    then: Any = ""  # to its author: what it means for them, and what they can do
    do: Callable[[User, Thing, Mapping[str, Any], datetime], dict]
    undo: Callable[[Mapping[str, Any], Thing, User, datetime], None] | None = None
    icon: str = "shield"
    concerns: Any = ""  # "The author", "The thread"; empty: the thing itself, which is what one mostly decides on
    fits: Callable[[Thing], bool] = lambda thing: True
    form: Any = None  # a class of forms with the act's own fields
    is_danger: bool = False
    is_everywhere: bool = False  # of moderators who are not bound to an area
    on_many: bool = False
    together: bool = False  # several are one act, told once: `given` holds them as "things"
    is_of_words: bool = True  # its reason says what to change in them
    agrees: bool = False  # who reported the thing was right
    tells: bool = True  # its author
    stays: bool = True  # the thing is still on its page, which htmx swaps in place
    leaves: tuple[str, ...] = ()  # the state in which it leaves a thing: undone only while that is how it stands


acts: dict[str, Act] = Registry("acts of moderators")


def why_not(by: User, name: str, thing: Thing) -> ModerationRefused | None:
    """What keeps somebody from an act now."""
    act = acts.get(name)
    if act is None or not moderates(by, thing.scope):
        return ModerationRefused("not_yours", _("Only a moderator of this area does this."))
    if act.is_everywhere and not has_any_role(by, *EVERYWHERE):
        return ModerationRefused("area", _("This concerns the whole site. Pass it on to a moderator of all of it."))
    if thing.author and thing.author.pk == by.pk and act.tells:
        return ModerationRefused("own", _("Nobody decides on their own words. Another moderator does."))
    if not act.fits(thing):
        return ModerationRefused("too_late", _("It has changed meanwhile. Look at it again."))
    return None


def offered(by: User, thing: Thing, names: Sequence[str]) -> list[tuple[str, Act]]:
    """What may be done to a thing as it is now."""
    return [(name, acts[name]) for name in names if name in acts and why_not(by, name, thing) is None]


@transaction.atomic
def act(
    *,
    by: User,
    name: str,
    keys: Sequence[str],
    reason: str,
    words: str = "",
    given: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> list[Entry]:
    """Do one thing to one or several, all or none. Raises ModerationRefused."""
    now = now or timezone.now()
    keys = list(dict.fromkeys(keys))[: MOST + 1]
    if len(keys) > 1:
        hold(keys)
    else:  # an act on one thing may be about other threads as well: it locks them all, in one order
        alone_with(keys)
    found = things(keys)
    if not found or len(found) > MOST:
        raise ModerationRefused("nothing", _("Choose between one and fifty things that are still there."))
    if len(found) > 1 and name in acts and not acts[name].on_many:
        raise ModerationRefused("one", _("This is done to one thing at a time."))
    if reason not in Reason.values:
        raise ModerationRefused("no_reason", _("Choose a reason. The author reads it."))
    words = one_line(words)
    if reason == Reason.OTHER and not words:
        raise ModerationRefused("no_words", _("Say what it is in your own words."))
    entries: list[Entry] = []
    for key in found:
        current = things([key]).get(key)  # an act on one of them may have moved another
        if current is None:
            raise ModerationRefused("too_late", _("It has changed meanwhile. Look at it again."))
        if refused := why_not(by, name, current):
            raise refused
        if not acts[name].together:
            entries.append(_one(by, name, current, reason, words, given or {}, now))
    if acts[name].together:
        chosen = list(found.values())
        entries.append(_one(by, name, chosen[0], reason, words, {**(given or {}), "things": chosen}, now))
    return entries


def _one(by, name, thing, reason, words, given, now) -> Entry:
    why = f"{Reason(reason).label}." + (f" “{words}”" if words else "")
    before = acts[name].do(by, thing, {**given, "why": why}, now)
    entry = record(by=by, name=name, thing=thing, reason=reason, words=words, before=before, now=now)
    subject = subjects[thing.kind]
    if acts[name].agrees and (not subject.needs_act or name in subject.acts):
        _close(thing.key, by, entry, now)
    if acts[name].tells and thing.author:
        letters.tell_act("act_done", entry, thing.author)
    return entry


def record(*, by: User | None, name: str, thing: Thing, reason: str, words="", before=None, now=None) -> Entry:
    """One row in the log and one in the audit. `by` is None when the site itself acts."""
    entry = Entry.objects.create(
        act=name, kind=thing.kind, ref=thing.ref, place=thing.place, scope=thing.scope, reason=reason, words=words,
        by=by, person=thing.author, done_at=now or timezone.now(), before=before or {},
    )  # fmt: skip
    accounts.audit(by, f"moderation.{name}", thing.key, [f"entry:{entry.pk}", reason])
    return entry


def _close(key, by, entry, now):
    """What was reported is dealt with, wherever the act was done."""
    kind, _colon, ref = key.partition(":")
    case = Case.objects.select_for_update().filter(kind=kind, ref=ref, decided_at=None).first()
    if case:
        close(case, by, Case.Outcome.ACTED, now, entry)


def tell_author(entry: Entry) -> None:
    """For acts that a feature does by a verb of its own."""
    if entry.person:
        letters.tell_act("act_done", entry, entry.person)


# --- Taking back ------------------------------------------------------------------------------------------------------
def looks_after(by: User, entry: Entry) -> bool:
    """Whoever moderates where the thing is now; and whoever did it, while they moderate where it was."""
    if entry.by_id == by.pk and moderates(by, entry.scope):
        return True
    found = things([entry.key]).get(entry.key)
    return moderates(by, found.scope if found else entry.scope)


def may_undo(by: User, entry: Entry, now: datetime | None = None) -> bool:
    """For ten minutes."""
    return can_be_undone(entry) and (now or timezone.now()) < entry.done_at + UNDO and looks_after(by, entry)


def can_be_undone(entry: Entry) -> bool:
    known = acts.get(entry.act)
    return bool(known and known.undo and entry.undoes_id is None and not hasattr(entry, "undone_by"))


def newest_act(*, by: User, name: str, kind: str, ref) -> Entry | None:
    """What somebody just did to a thing, for whoever offers to take it back."""
    return Entry.objects.filter(by=by, act=name, kind=kind, ref=str(ref)).order_by("-pk").first()


@transaction.atomic
def undo(*, by: User, entry: Entry, now: datetime | None = None) -> Entry:
    """Take an act back, within ten minutes. Raises ModerationRefused."""
    now = now or timezone.now()
    alone_with([entry.key])
    if not looks_after(by, entry):
        raise ModerationRefused("not_yours", _("Only a moderator of this area does this."))
    if now >= entry.done_at + UNDO:
        raise ModerationRefused("too_late", _("Ten minutes are over. Do the opposite instead, with a reason."))
    back = reverse(by=by, entry=entry, reason=Reason.TIDYING, words="", now=now)
    # What was objected to is no more: nobody has to decide whether it stays.
    objected = ActAppeal.objects.filter(entry=entry, decided_at=None)
    answer = _("It was taken back before it was decided.")
    objected.update(outcome=ActAppeal.Outcome.OVERTURNED, answer=answer, decided_by=by, decided_at=now)
    return back


def reverse(*, by: User, entry: Entry, reason: str, words: str, now: datetime) -> Entry:
    """The opposite of an act, as an entry of its own. Inside the caller's transaction."""
    alone_with([entry.key])
    found = things([entry.key]).get(entry.key)
    if found is None or not can_be_undone(entry):
        raise ModerationRefused("undone", _("This has been taken back already, or cannot be."))
    if _was_decided_since(entry, found):
        raise ModerationRefused("changed", _("Something else was decided about it since, and that stays."))
    try:
        with transaction.atomic():
            back = Entry.objects.create(
                act="undo", kind=entry.kind, ref=entry.ref, place=entry.place, scope=entry.scope, reason=reason,
                words=words, by=by, person_id=entry.person_id, done_at=now, undoes=entry,
            )  # fmt: skip
    except IntegrityError as error:
        if "undoes" not in broken_constraint(error):
            raise
        raise ModerationRefused("undone", _("This has been taken back already, or cannot be.")) from error
    undoing = acts[entry.act].undo
    assert undoing
    undoing(entry.before, found, by, now)
    _reopen(entry)
    accounts.audit(by, "moderation.undo", found.key, [f"entry:{entry.pk}"])
    if acts[entry.act].tells and found.author:
        letters.tell_act("act_undone", back, found.author)
    return back


def _was_decided_since(entry, found) -> bool:
    """Whether a thing stands as it does because of something later, which undoing this would undo as well."""
    leaves = acts[entry.act].leaves
    if not leaves or found.state == entry.before.get("state"):
        return False
    states = ["restored", *(name for name, act in acts.items() if act.leaves)]
    later = Entry.objects.filter(kind=entry.kind, ref=entry.ref, pk__gt=entry.pk, act__in=states, undone_by=None)
    return found.state not in leaves or later.exists()


def _reopen(entry):
    """What the act decided waits again, unless something new is waiting already."""
    case = Case.objects.select_for_update().filter(entry=entry).first()
    if case:
        reopen(case)
