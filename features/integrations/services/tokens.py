"""Personal tokens: made once, shown once, for a part of what a person may do, and for a time."""

import hashlib
import hmac
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.api_parts import Caller, Scope, scopes
from core.text import one_line
from features.accounts.access import (
    has_second_factor,
    held_roles,
    holds_any_role,
    let_roles_rest,
    used_second_factor,
)
from features.accounts.services import audit
from features.integrations.models import PersonalToken
from features.notifications.services import notify

MOST = 20
LONGEST = timedelta(days=365)
# When a token was last used is known to the minute: a program that asks without a pause is no reason to write.
NOTED = timedelta(minutes=1)


class TokenRefused(Exception):
    """`code` for programs, `words` with the next step for people."""

    def __init__(self, code, words):
        super().__init__(code)
        self.code, self.words = code, words


def offered_scopes(person, *, with_second_factor: bool) -> list[Scope]:
    """What this person can give to a token: parts that take a role only with it, and only with a second factor."""
    return [
        scope
        for _name, scope in sorted(scopes.items())
        if not scope.role or (with_second_factor and _holds(person, scope.role) and has_second_factor(person))
    ]


@transaction.atomic
def make_token(*, person, name, wanted, lasts: timedelta, with_second_factor=False, now=None) -> tuple:
    """(row, secret). The secret is known to whoever gets this answer, and afterwards to nobody. Raises TokenRefused."""
    now = now or timezone.now()
    offered = {scope.name for scope in offered_scopes(person, with_second_factor=with_second_factor)}
    if not wanted or not set(wanted) <= offered:
        raise TokenRefused("scopes", _("Choose at least one thing that you may do yourself."))
    if not timedelta() < lasts <= LONGEST:
        raise TokenRefused("lasts", _("A token lasts a year at most."))
    if PersonalToken.objects.in_force(now).filter(person=person).count() >= MOST:
        raise TokenRefused("too_many", _("You have %(n)d tokens. Revoke one first.") % {"n": MOST})
    prefix = f"mh_{secrets.token_hex(4)}"
    secret = f"{prefix}_{secrets.token_urlsafe(32)}"
    token = PersonalToken.objects.create(
        person=person,
        name=one_line(name)[:60],
        prefix=prefix,
        digest=_digest(secret),
        scopes=sorted(wanted),
        created_at=now,
        expires_at=now + lasts,
    )
    audit(person, "token.made", f"token:{token.pk}", token.scopes)
    notify(person, "token_made", token.pk, reverse("tokens"))
    return token, secret


@transaction.atomic
def revoke_token(*, token, by, now=None) -> bool:
    """End a token now. Twice is once; answers whether this was the once."""
    still = PersonalToken.objects.filter(pk=token.pk, revoked_at=None)
    if not still.update(revoked_at=now or timezone.now()):
        return False
    audit(by, "token.revoked", f"token:{token.pk}")
    return True


def caller_of(secret: str, *, now=None) -> Caller | None:
    """Whose token this is; None for one that is unknown, over, revoked, or of somebody who is suspended. With it they
    act as members, and in a role only where it has the scope that takes the role."""
    now = now or timezone.now()
    prefix = secret[: len("mh_") + 8]
    if not secret.isascii() or "\0" in prefix:
        return None
    token = PersonalToken.objects.in_force(now).select_related("person").filter(prefix=prefix).first()
    if token is None or not hmac.compare_digest(token.digest, _digest(secret)):
        return None
    if token.last_used_at is None or token.last_used_at <= now - NOTED:
        old = Q(last_used_at=None) | Q(last_used_at__lte=now - NOTED)
        PersonalToken.objects.filter(old, pk=token.pk).update(last_used_at=now)
    caller = Caller(token.person, token.pk, frozenset(token.scopes) & scopes.keys())
    given = {role for name in caller.scopes for role in _roles(scopes[name].role) if role}
    let_roles_rest(caller.person, but=given if given and has_second_factor(caller.person) else ())
    return caller


def may_act_as(request, caller, role) -> bool:
    """Whether a second factor stands behind a call that takes a role. Without the role there is nothing there."""
    if not _holds(caller.person, role):
        raise Http404
    return has_second_factor(caller.person) if caller.token_id else used_second_factor(request)


def _holds(person, wanted: str | tuple[str, ...]) -> bool:
    """One of several roles may be held for an area alone: what is done with it asks for that area."""
    if isinstance(wanted, str):
        return holds_any_role(person, wanted)
    return holds_any_role(person, *wanted) or any(role in wanted for role, _scope in held_roles(person))


def _roles(wanted: str | tuple[str, ...]) -> tuple[str, ...]:
    return (wanted,) if isinstance(wanted, str) else wanted


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
