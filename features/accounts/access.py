"""Who may act as what. Pages, services, API and jobs ask here and nowhere else."""

from functools import wraps

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.contrib.auth.decorators import login_required
from django.http import Http404

from core import logs
from features.accounts.models import PRIVILEGED_ROLES, Role, RoleGrant


def roles(user) -> frozenset[tuple[str, str]]:
    """The (role, scope) pairs in force for `user`: one query per request, kept on the user object."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    if "_roles" not in user.__dict__:
        grants = RoleGrant.objects.filter(person_id=user.pk).in_force()
        user._roles = frozenset(grants.values_list("role", "scope"))
    return user._roles


def forget_roles(user) -> None:
    user.__dict__.pop("_roles", None)


def has_role(user, role: str, scope: str = "") -> bool:
    """A grant without a scope holds everywhere; a scoped one only where it says. A superuser is an organiser."""
    held = roles(user)
    if (role, "") in held or (scope and (role, scope) in held):
        return True
    return role == Role.ORGANISER and user.is_authenticated and user.is_active and user.is_superuser


def is_privileged(user) -> bool:
    return any(role in PRIVILEGED_ROLES for role, _ in roles(user)) or has_role(user, Role.ORGANISER)


def has_second_factor(user) -> bool:
    types = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return Authenticator.objects.filter(user_id=user.pk, type__in=types).exists()


def used_second_factor(request) -> bool:
    """Whether this very session was opened, or later strengthened, with a second factor."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


def role_required(role: str):
    """For views: a stranger logs in first; a member without the role finds nothing here."""

    def decorate(view):
        @login_required
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not has_role(request.user, role):
                logs.security.warning("denied", extra={"person": request.user.pk, "role": str(role)})
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return decorate
