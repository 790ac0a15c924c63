"""Taking something from a person, giving it back, and hearing what they say to it.

The table says it all; the two columns of accounts that keep somebody out are what the table comes to, written here.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core.jobs import each
from core.templatetags.ui import local, words
from core.text import one_line
from features.accounts import access
from features.accounts import services as accounts
from features.accounts.access import Bar, has_any_role, has_role
from features.accounts.models import Role, RoleGrant, User
from features.moderation import letters
from features.moderation.links import page_of
from features.moderation.models import Appeal, Sanction

STAFF = (Role.MODERATOR, Role.ORGANISER)


class SanctionRefused(Exception):
    """`code` for programs, the message with its next step for people."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


# --- Asking -----------------------------------------------------------------------------------------------------------
def bar(person: User, ability: str, scope: str = "") -> Bar | None:
    """What stands between a person and an ability: the sanction that holds longest. No query for nearly everybody, and
    for the others one a request."""
    if not person.is_sanctioned:
        return None
    known = getattr(person, "_sanctions", None)
    if known is None:
        known = person._sanctions = list(Sanction.objects.in_force().filter(person=person.pk))  # type: ignore[attr-defined]
    found = [sanction for sanction in known if sanction.forbids(ability, scope)]
    if not found:
        return None
    longest = max(found, key=lambda sanction: (sanction.ends_at is None, sanction.ends_at or sanction.starts_at))
    return Bar(words=_why_not(longest), url=page_of(longest), ends_at=longest.ends_at)


def _why_not(sanction: Sanction) -> str:
    names = {"what": sanction.what(), "reason": sanction.reason}
    if not sanction.ends_at:
        return _("%(what)s, until it is lifted. The reason: “%(reason)s”") % names
    until = words(local(sanction.ends_at), "full")
    return _("%(what)s, until %(until)s. The reason: “%(reason)s”") % {**names, "until": until}


# --- Imposing and lifting ---------------------------------------------------------------------------------------------
@transaction.atomic
def impose(
    *,
    by: User,
    person: User,
    kind: str,
    reason: str,
    ability: str = "",
    scope: str = "",
    note: str = "",
    ends_at: datetime | None = None,
    now: datetime | None = None,
) -> Sanction:
    """Take something from `person`, at once, until a moment to come or until it is lifted. They are told."""
    now = now or timezone.now()
    lock_both(by, person)
    _may_judge(by, person)
    if not (reason := one_line(reason)):
        raise SanctionRefused("no_reason", _("Say why. The person reads it."))
    if ends_at and ends_at <= now:
        raise SanctionRefused("already_over", _("The end lies in the past. Choose a later one, or none."))
    if not person.is_active and not person.suspended_until:
        raise SanctionRefused("closed", _("This account is closed."))
    sanction = Sanction.objects.create(
        person=person, kind=kind, ability=ability, scope=one_line(scope), reason=reason, note=note, given_by=by,
        starts_at=now, ends_at=ends_at,
    )  # fmt: skip
    _keep_in_step(person, now)
    accounts.audit(by, "sanction.imposed", f"person:{person.pk}", [f"sanction:{sanction.pk}", ability or kind])
    letters.tell("sanction_imposed", sanction)
    return sanction


@transaction.atomic
def pause(*, person: User, ability: str, reason: str, ends_at: datetime, now: datetime) -> Sanction:
    """What the rules of reliability take away by themselves: one ability, with an end."""
    sanction = Sanction.objects.create(
        person=person, kind=Sanction.Kind.LIMIT, ability=ability, reason=reason, starts_at=now, ends_at=ends_at
    )
    _keep_in_step(person, now)
    accounts.audit(None, "sanction.imposed", f"person:{person.pk}", [f"sanction:{sanction.pk}", ability])
    letters.tell("sanction_imposed", sanction)
    return sanction


@transaction.atomic
def end_pause(*, sanction: Sanction, reason: str, now: datetime) -> None:
    """What it rested on no longer holds."""
    _lift(None, sanction, reason, now)
    letters.tell("sanction_lifted", sanction)


@transaction.atomic
def lift(*, by: User, sanction: Sanction, reason: str, now: datetime | None = None) -> None:
    """End a sanction now, for a reason that the person reads."""
    now = now or timezone.now()
    lock_both(by, sanction.person)
    _may_judge(by, sanction.person)
    _lift(by, sanction, reason, now)
    letters.tell("sanction_lifted", sanction)


def _lift(by, sanction, reason, now):
    if not (reason := one_line(reason)):
        raise SanctionRefused("no_reason", _("Say why. The person reads it."))
    open_ones = Sanction.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), pk=sanction.pk, lifted_at=None)
    if not open_ones.update(lifted_at=now, lifted_by=by, lifting_reason=reason):
        raise SanctionRefused("ended", _("This has ended already."))
    sanction.refresh_from_db()
    _keep_in_step(sanction.person, now)
    accounts.audit(by, "sanction.lifted", f"person:{sanction.person_id}", [f"sanction:{sanction.pk}"])


def tell_ends(*, now: datetime | None = None) -> int:
    """Say to whom a sanction has ended by itself that it has. It had no need of us to end."""
    now = now or timezone.now()
    over = Sanction.objects.filter(ends_at__lte=now, lifted_at=None, end_told_at=None)
    return each(over.values_list("pk", flat=True), lambda pk: _tell_end(pk, now))


@transaction.atomic
def _tell_end(pk: int, now: datetime) -> bool:
    sanction = Sanction.objects.select_related("person").get(pk=pk)
    User.objects.select_for_update(no_key=True).get(pk=sanction.person_id)
    if not Sanction.objects.filter(pk=pk, end_told_at=None).update(end_told_at=now):
        return False
    _keep_in_step(sanction.person, now)
    letters.tell("sanction_ended", sanction)
    return True


def _keep_in_step(person: User, now: datetime) -> None:
    person._sanctions = None  # type: ignore[attr-defined]
    in_force = list(Sanction.objects.in_force(now).filter(person=person))
    person.is_sanctioned = bool(in_force)
    User.objects.filter(pk=person.pk).update(is_sanctioned=person.is_sanctioned)
    suspensions = [sanction for sanction in in_force if sanction.kind == Sanction.Kind.SUSPENSION]
    if not suspensions:
        accounts.reinstate(person=person)
        return
    longest = max(suspensions, key=lambda sanction: (sanction.ends_at is None, sanction.ends_at or now))
    accounts.suspend(person=person, until=longest.ends_at, page=page_of(longest))


def lock_both(by: User, person: User) -> None:
    """Two who judge each other queue here, always in the same order, and the second is no longer anybody."""
    rows = User.objects.select_for_update(no_key=True).filter(pk__in={by.pk, person.pk}).order_by("pk")
    for row in list(rows):
        for seen in (by, person):
            if seen.pk == row.pk:
                seen.is_active, seen.suspended_until = row.is_active, row.suspended_until
    access.forget_roles(by)
    access.forget_roles(person)


def _may_judge(by: User, person: User) -> None:
    if not has_any_role(by, *STAFF):
        raise SanctionRefused("not_staff", _("Only moderators and organisers do this."))
    if by.pk == person.pk:
        raise SanctionRefused("oneself", _("Nobody judges themselves. Ask another moderator."))
    if is_organiser(person) and not has_role(by, Role.ORGANISER):
        raise SanctionRefused("above", _("Only another organiser can do this to an organiser."))


def is_organiser(person: User) -> bool:
    """Also while suspended: a role is not lost by it."""
    return person.is_superuser or RoleGrant.objects.in_force().filter(person=person, role=Role.ORGANISER).exists()


def may_judge(by: User, person: User) -> bool:
    try:
        _may_judge(by, person)
    except SanctionRefused:
        return False
    return True


# --- Appeals ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def appeal(*, sanction: Sanction, text: str, now: datetime | None = None) -> Appeal:
    """What the person has to say, once. It changes nothing until somebody else has read it."""
    now = now or timezone.now()
    if not text.strip():
        raise SanctionRefused("no_words", _("Say how you see it. Somebody else reads it."))
    sanction = Sanction.objects.select_for_update(of=("self",)).select_related("person").get(pk=sanction.pk)
    if Appeal.objects.filter(sanction=sanction).exists():
        raise SanctionRefused("appealed", _("You have appealed already. There is one appeal, and it is being read."))
    if not sanction.is_in_force(now):
        raise SanctionRefused("ended", _("This has ended, so there is nothing left to appeal against."))
    filed = Appeal.objects.create(sanction=sanction, words=text.strip(), filed_at=now)
    accounts.audit(sanction.person, "appeal.filed", f"person:{sanction.person_id}", [f"sanction:{sanction.pk}"])
    return filed


@transaction.atomic
def decide_appeal(*, by: User, appeal: Appeal, outcome: str, answer: str, now: datetime | None = None) -> Appeal:
    """Uphold or lift, in words that the person reads. Never by whoever gave the sanction."""
    now = now or timezone.now()
    sanction = appeal.sanction
    lock_both(by, sanction.person)
    _may_judge(by, sanction.person)
    if sanction.given_by_id == by.pk:
        raise SanctionRefused("own", _("You gave this sanction, so somebody else decides."))
    if outcome not in Appeal.Outcome:
        raise SanctionRefused("unknown", _("Choose one of the two, and say why."))
    if not (answer := one_line(answer)):
        raise SanctionRefused("no_reason", _("Say why. The person reads it."))
    undecided = Appeal.objects.filter(pk=appeal.pk, decided_at=None)
    if not undecided.update(outcome=outcome, answer=answer, decided_by=by, decided_at=now):
        raise SanctionRefused("decided", _("Somebody decided this a moment ago."))
    appeal.refresh_from_db()
    if outcome == Appeal.Outcome.LIFTED and sanction.is_in_force(now):
        _lift(by, sanction, answer, now)
    accounts.audit(by, f"appeal.{outcome}", f"person:{sanction.person_id}", [f"sanction:{sanction.pk}"])
    letters.tell("appeal_decided", sanction)
    return appeal


def open_appeals(by: User):
    """Those that `by` may decide, oldest first."""
    return (
        Appeal.objects.filter(decided_at=None)
        .exclude(sanction__person=by)
        .exclude(sanction__given_by=by)
        .select_related("sanction__person", "sanction__given_by")
    )
