from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core.jobs import each
from core.text import one_line
from features.accounts import emails
from features.accounts.access import forget_roles, has_role
from features.accounts.models import PRIVILEGED_ROLES, Role, RoleGrant, User
from features.accounts.services.audit import audit

IDLE = timedelta(days=365)


class RoleRefused(Exception):
    """`code` for programs, the message with its next step for people."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


@transaction.atomic
def grant_role(
    *, actor: User, person: User, role: str, scope: str = "", until: datetime | None = None, reason: str = ""
) -> RoleGrant:
    """Give `person` a role, everywhere or in one scope, for good or until a moment to come."""
    _may_decide(actor, role)
    now = timezone.now()
    if role not in Role.values:
        raise RoleRefused("unknown_role", _("There is no such role. Choose one from the list."))
    if not person.is_active:
        raise RoleRefused("suspended", _("This account is suspended. Reinstate it first."))
    if until and until <= now:
        raise RoleRefused("already_over", _("The end lies in the past. Choose a later day, or none."))
    # Two organisers may press the same button: the person's row is the place in the queue.
    User.objects.select_for_update().get(pk=person.pk)
    standing = RoleGrant.objects.filter(person=person, role=role, scope=scope, revoked_at=None).first()
    if standing and (standing.until is None or standing.until > now):
        raise RoleRefused("has_it", _("This person has the role already. Revoke it first to change its end."))
    if standing:
        # It ran out by itself; closing it at its own end keeps the history true and makes room.
        standing.revoked_at = standing.until
        standing.save(update_fields=["revoked_at"])
    grant = RoleGrant.objects.create(
        person=person, role=role, scope=scope, granted_by=actor, granted_at=now, until=until, reason=one_line(reason)
    )
    forget_roles(person)
    audit(actor, "role.granted", f"person:{person.pk}", [f"{role}@{scope}" if scope else role])
    return grant


def organisers() -> QuerySet[User]:
    """Who runs the site, and so hears of what only they can put right."""
    grants = RoleGrant.objects.filter(role=Role.ORGANISER, scope="").in_force()
    return User.objects.filter(is_active=True, pk__in=grants.values("person")).order_by("pk")


def _lock_in_charge() -> list[int]:
    """Two organisers revoking each other must not leave the site without one: they queue on the same rows."""
    grants = RoleGrant.objects.filter(role=Role.ORGANISER, scope="", person__is_active=True).in_force()
    return list(grants.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def revoke_role(*, actor: User, grant: RoleGrant, reason: str = "") -> None:
    """End a grant now. Ending one that has ended is refused, so that nobody believes to have done it."""
    _may_decide(actor)
    in_charge = _lock_in_charge()
    grant = RoleGrant.objects.select_for_update(of=("self",)).select_related("person").get(pk=grant.pk)
    if grant.revoked_at:
        raise RoleRefused("ended", _("This role has ended already."))
    if in_charge == [grant.pk]:
        raise RoleRefused("last_organiser", _("Somebody has to run the site. Name another organiser first."))
    _end(grant, actor, one_line(reason), timezone.now())


def _end(grant: RoleGrant, by: User | None, reason: str, now: datetime) -> None:
    grant.revoked_at, grant.revoked_by, grant.revocation_reason = now, by, reason
    grant.save(update_fields=["revoked_at", "revoked_by", "revocation_reason"])
    forget_roles(grant.person)
    name = f"{grant.role}@{grant.scope}" if grant.scope else grant.role
    audit(by, "role.revoked", f"person:{grant.person_id}", [name])


def end_idle(now: datetime | None = None) -> int:
    """End roles that see what others do not, of whoever has not logged in for a year: nobody would notice who else
    does. They are told. Whoever is the last to run the site keeps that. Answers how many."""
    now = now or timezone.now()
    idle = RoleGrant.objects.in_force(now).filter(
        Q(person__last_login=None) | Q(person__last_login__lte=now - IDLE),
        role__in=PRIVILEGED_ROLES, granted_at__lte=now - IDLE, person__is_active=True, person__is_demo=False,
    )  # fmt: skip
    return each(idle.order_by("pk").values_list("pk", flat=True), lambda pk: _end_idle(pk, now))


@transaction.atomic
def _end_idle(pk: int, now: datetime) -> bool:
    in_charge = _lock_in_charge()
    grant = RoleGrant.objects.select_for_update(of=("self",)).select_related("person").get(pk=pk)
    if grant.revoked_at or in_charge == [grant.pk]:
        return False
    _end(grant, None, gettext_noop("Nobody logged in with it for a year"), now)
    emails.write("role_ended", grant.person.email, {"role": grant.role})
    return True


def _may_decide(actor: User, role: str = "") -> None:
    """Organisers decide on all roles; reviewers, who read the applications of experts, on that one."""
    if not (has_role(actor, Role.ORGANISER) or (role == Role.EXPERT and has_role(actor, Role.REVIEWER))):
        raise RoleRefused("not_organiser", _("Only an organiser gives and takes roles."))
