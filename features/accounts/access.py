"""Who may act as what. Pages, services, API and jobs ask here and nowhere else."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps

from allauth.account import app_settings
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Expression, TextChoices
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import LazyObject
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from core import logs
from core.registry import Registry
from features.accounts.models import PRIVILEGED_ROLES, Role, RoleGrant, Terms, User, site_day


def held_roles(user) -> frozenset[tuple[str, str]]:
    """The (role, scope) pairs that `user` was given: one query per request at most, kept on the user object."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    # Not by user.__dict__: a request's user stands behind a proxy with one of its own.
    if not hasattr(user, "_roles"):
        grants = RoleGrant.objects.filter(person_id=user.pk).in_force()
        user._roles = frozenset(grants.values_list("role", "scope"))
    return user._roles


def roles(user) -> frozenset[tuple[str, str]]:
    """Those in force: in a session without a second factor, and for a token that was not given them, the roles that
    need one rest."""
    held = held_roles(user)
    if held and user.resting_roles:
        return frozenset(pair for pair in held if pair[0] not in user.resting_roles)
    return held


def let_roles_rest(user, but: Iterable[str] = ()) -> None:
    """Whoever is behind this request did not show a second factor, or is a program that was not given these roles: for
    them no page knows of more than members see."""
    known(user).resting_roles = PRIVILEGED_ROLES.difference(but)


def known(user):
    """Whoever stands behind a request, without the proxy that looks them up: for pages that ask a thousand times."""
    if isinstance(user, LazyObject):
        bool(user)  # looks them up
        return user._wrapped
    return user


def know_roles(user, held) -> None:
    """The rows of the query that read the person behind a session: pages of members ask for roles without another."""
    user._roles = frozenset((row["role"], row["scope"]) for row in held)


# What other features want to know of whoever is behind a request: the column that says who that is -> an expression. It
# comes with the person, as an attribute of that name.
known_of_persons: dict[str, Callable[[str], Expression]] = Registry("what is known of the person behind a request")


def forget_roles(user) -> None:
    if hasattr(user, "_roles"):
        del user._roles


def has_role(user, role: str, scope: str = "") -> bool:
    """A grant without a scope holds everywhere; a scoped one only where it says. A superuser is an organiser."""
    held = roles(user)
    if (role, "") in held or (scope and (role, scope) in held):
        return True
    return role == Role.ORGANISER and _is_superuser(user) and role not in user.resting_roles


def _is_superuser(user) -> bool:
    return user.is_authenticated and user.is_active and user.is_superuser


class Ability(TextChoices):
    """What every member may do unless it was taken from them. Logging in is one of them."""

    LOG_IN = "log_in", _("Log in")
    HOST = "host", _("Publish and change sessions")
    REGISTER = "register", _("Take seats")
    MENTOR = "mentor", _("Give time as a mentor")
    REVIEW = "review", _("Write reviews")
    APPLY = "apply", _("Ask for roles and marks")
    MESSAGE = "message", _("Write to others")
    POST = "post", _("Write in the forum")
    VOTE = "vote", _("Vote in the forum")
    VOTE_DOWN = "vote_down", _("Vote down in the forum")
    LINK = "link", _("Give more than two links in a post")
    TIDY = "tidy", _("Help with first questions in the forum")
    FLAG = "flag", _("Report what others wrote")


@dataclass(frozen=True)
class Bar:
    """Why somebody may not do something: `words` for them to read, with the end, and the page on which to object."""

    words: str
    url: str
    ends_at: datetime | None = None


# Who takes abilities away, by name: (person, ability, scope) -> Bar or None. Accounts asks; moderation knows.
barriers: dict[str, Callable[[User, str, str], Bar | None]] = Registry("barriers")


def bar(person, ability: str, scope: str = "") -> Bar | None:
    """What stands between a person and an ability: nothing for nearly everybody. Services refuse with its words."""
    found = (asked(person, ability, scope) for asked in barriers.values())
    return next((bar for bar in found if bar), None) if person.pk else None


ASKED = "asked_for_consent"


def owes_consent(person) -> bool:
    """Whether a version of the terms is in force to which they have not agreed. It comes with the person behind a
    session (`login_sessions`), whom every page reads anyway; for whoever a token speaks for it is one query."""
    if not hasattr(person, "owes_consent"):
        person.owes_consent = Terms.objects.owed_by(person.pk, site_day()).exists()
    return person.owes_consent


PRIVILEGED_PATHS = ("/manage/", "/moderation/", "/admin/")  # open to sessions with a second factor


def is_privileged(user) -> bool:
    """Whether they hold a role that needs a second factor, though it may rest in this session."""
    return any(role in PRIVILEGED_ROLES for role, _ in held_roles(user)) or _is_superuser(user)


def has_second_factor(user) -> bool:
    types = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return Authenticator.objects.filter(user_id=user.pk, type__in=types).exists()


def used_second_factor(request) -> bool:
    """Whether this very session was opened, or later strengthened, with a second factor."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


def forget_second_factor(request) -> None:
    kept = [one for one in get_authentication_records(request, request.user) if one.get("method") != "mfa"]
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = kept


def entered_code_lately(request) -> bool:
    """Whether a mailed code was entered in this session, to log in or when asked, as lately as a password counts."""
    since = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "code" and record["at"] > since for record in records)


def holds_any_role(user, *wanted: str) -> bool:
    """The same as `has_any_role`, though it may rest in this session: for ways to where the second factor is asked."""
    return any((role, "") in held_roles(user) for role in wanted) or (Role.ORGANISER in wanted and _is_superuser(user))


def to_second_factor(request, why=None, *, is_kept=False):
    """The way to a page that takes one. What was sent `is_kept` meanwhile, and goes on by itself, or is forgotten."""
    logs.security.warning("second_factor_missing", extra={"person": request.user.pk})
    if has_second_factor(request.user):
        page = reverse("mfa_reauthenticate")
        if is_kept:
            return suspend_request(request, page)
        return redirect(f"{page}?{urlencode({'next': request.get_full_path()})}")
    messages.warning(request, why or _("Your role opens pages that need a second factor. Set one up here first."))
    return redirect("mfa_index")


def second_factor_required(why):
    """For doors that need one of everybody. `why` is for who has none yet; what was sent goes on once it was shown."""

    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if used_second_factor(request):
                return view(request, *args, **kwargs)
            return to_second_factor(request, why, is_kept=True)

        return guarded

    return decorate


def has_any_role(user, *wanted: str) -> bool:
    return any(has_role(user, role) for role in wanted)


def role_required(*wanted: str):
    """For views: a stranger logs in first; a member with none of the roles finds nothing here."""

    def decorate(view):
        @login_required
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not has_any_role(request.user, *wanted):
                if holds_any_role(request.user, *wanted):
                    return to_second_factor(request)
                logs.security.warning("denied", extra={"person": request.user.pk, "role": ", ".join(wanted)})
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return decorate


# --- Pages of those who run the site ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class StaffPage:
    label: str  # a lazy translation
    url_name: str
    order: int
    roles: tuple[str, ...]
    section: str = "site"  # or another of STAFF_SECTIONS


STAFF_SECTIONS = [
    ("site", _("The site")),
    ("people", _("People")),
    ("curation", _("What is written")),
    ("money", _("Money")),
]
staff_pages: dict[str, StaffPage] = Registry("pages of those who run the site")


def staff_pages_of(user) -> list[StaffPage]:
    """Those that `user` may open, in order. The first is where they begin."""
    found = [page for page in staff_pages.values() if holds_any_role(user, *page.roles)]
    return sorted(found, key=lambda page: page.order)
