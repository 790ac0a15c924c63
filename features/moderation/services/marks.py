"""Marks on a person's page that staff have checked: asked for, granted with an end, taken back for a public reason."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.db import broken_constraint
from core.limits import hit
from core.text import one_line
from features.accounts import access
from features.accounts import services as accounts
from features.accounts.models import Role, User
from features.moderation import letters
from features.moderation.models import RoleMark

GRANTERS = (Role.MODERATOR, Role.ORGANISER)


class MarkRefused(Exception):
    """`code` for programs, the message with its next step for people."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


def marks_of(person: User, now: datetime | None = None):
    """What is checked about a person today, for their page: each with its link, scope, giver and date."""
    return RoleMark.objects.in_force(now).filter(person=person).select_related("granted_by").order_by("granted_at")


def former_marks_of(person: User):
    """What was taken back, with the reason; newest first."""
    taken = RoleMark.objects.filter(person=person, revoked_at__isnull=False)
    return taken.select_related("revoked_by").order_by("-revoked_at")


def ask_for_mark(*, person: User, kind: str, name: str, link: str, text: str = "") -> RoleMark:
    """Ask staff to check something. Asking again while it is open is asking once."""
    if bar := access.bar(person, access.Ability.APPLY):
        raise MarkRefused("barred", bar.words)
    name = one_line(name)
    if RoleMark.objects.in_force().filter(person=person, kind=kind, name__iexact=name).exists():
        raise MarkRefused("has_it", _("You have this mark already."))
    hit("mark_request", person.pk)
    try:
        with transaction.atomic():
            return RoleMark.objects.create(person=person, kind=kind, name=name, link=link, words=one_line(text))
    except IntegrityError as error:
        if broken_constraint(error) != "one_open_request_for_a_mark":
            raise
        raise MarkRefused("asked", _("You have asked for this mark. It is being checked.")) from error


def take_back_request(*, mark: RoleMark) -> None:
    RoleMark.objects.asked_for().filter(pk=mark.pk).delete()


@transaction.atomic
def grant_mark(
    *, by: User, mark: RoleMark, scope: str = "", ends_at: datetime | None = None, now: datetime | None = None
) -> None:
    """Say that it was checked. Granting twice is refused, so that nobody believes to have done it."""
    now = now or timezone.now()
    _may_decide(by, mark)
    if ends_at and ends_at <= now:
        raise MarkRefused("already_over", _("The end lies in the past. Choose a later day, or none."))
    given = {"granted_by": by, "granted_at": now, "scope": one_line(scope), "ends_at": ends_at}
    _move(RoleMark.objects.asked_for(), mark, given)
    accounts.audit(by, "mark.granted", f"person:{mark.person_id}", [f"mark:{mark.pk}"])
    letters.tell_mark("mark_granted", mark)


@transaction.atomic
def decline_mark(*, by: User, mark: RoleMark, reason: str, now: datetime | None = None) -> None:
    _may_decide(by, mark)
    given = {"declined_by": by, "declined_at": now or timezone.now(), "reason": _needed(reason)}
    _move(RoleMark.objects.asked_for(), mark, given)
    accounts.audit(by, "mark.declined", f"person:{mark.person_id}", [f"mark:{mark.pk}"])
    letters.tell_mark("mark_declined", mark)


@transaction.atomic
def revoke_mark(*, by: User, mark: RoleMark, reason: str, now: datetime | None = None) -> None:
    """Take a mark back, for a reason that everybody may read."""
    _may_decide(by, mark)
    given = {"revoked_by": by, "revoked_at": now or timezone.now(), "reason": _needed(reason)}
    _move(RoleMark.objects.filter(granted_at__isnull=False, revoked_at=None), mark, given)
    accounts.audit(by, "mark.revoked", f"person:{mark.person_id}", [f"mark:{mark.pk}"])
    letters.tell_mark("mark_revoked", mark)


def _move(from_these, mark, values):
    if not from_these.filter(pk=mark.pk).update(**values):
        raise MarkRefused("decided", _("Somebody decided this a moment ago. Nothing was changed."))
    mark.refresh_from_db()


def _needed(reason):
    if not (reason := one_line(reason)):
        raise MarkRefused("no_reason", _("Say why. Everybody who sees the mark's end reads it."))
    return reason


def _may_decide(by: User, mark: RoleMark) -> None:
    if not access.has_any_role(by, *GRANTERS):
        raise MarkRefused("not_staff", _("Only moderators and organisers grant marks."))
    if by.pk == mark.person_id:
        raise MarkRefused("own", _("Nobody grants a mark to themselves."))
