"""The people of the demo world (`demo_cast.toml`), and what makes them usable: addresses, roles, second factors."""

import tomllib
from datetime import timedelta
from pathlib import Path

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from features.accounts import handles
from features.accounts.models import PRIVILEGED_ROLES, Consent, Role, RoleGrant, Terms, User, site_day
from features.accounts.services import publish_terms

DEMO_PASSWORD = "skills-for-all"  # noqa: S105 - public by intent, and only ever on loopback
DOMAIN = "demo.example"


@transaction.atomic
def fill(now) -> None:
    """Make who is missing; leave alone who is there, for they may have been played with."""
    if not (settings.DEMO and settings.IS_LOOPBACK):
        raise ImproperlyConfigured("Demo accounts have a public password: they exist only with DEMO=1 on loopback.")
    cast = tomllib.loads((Path(__file__).parent / "demo_cast.toml").read_text())["person"]
    password = make_password(DEMO_PASSWORD)
    known = set(User.objects.filter(is_demo=True).values_list("email", flat=True))
    for number, entry in enumerate(cast):
        address = f"{entry['key']}@{DOMAIN}"
        if address not in known:
            _make(entry, address, password, now - timedelta(days=400 - 9 * number))


def _make(entry, address, password, joined_at) -> None:
    person = User.objects.create(
        email=address,
        password=password,
        name=entry["name"],
        handle=handles.base(entry["name"]),
        headline=entry["headline"],
        languages=entry["languages"],
        time_zone=entry["zone"],
        is_demo=True,
        joined_at=joined_at,
    )
    EmailAddress.objects.create(user=person, email=address, verified=True, primary=True)
    if role := entry.get("role"):
        RoleGrant.objects.create(person=person, role=role, granted_at=joined_at)
        if role in PRIVILEGED_ROLES:
            totp.TOTP.activate(person, totp.generate_totp_secret())
            RecoveryCodes.activate(person)


@transaction.atomic
def fill_terms(now) -> None:
    """A first version of both texts, to which everybody in the demo world has agreed."""
    organiser = User.objects.filter(is_demo=True, role_grants__role=Role.ORGANISER).order_by("pk").first()
    before = now - timedelta(days=420)  # earlier than anybody joined
    for kind in Terms.Kind.values:
        if organiser and not Terms.objects.filter(kind=kind).exists():
            text = (Path(__file__).parent / f"demo_{kind}.md").read_text()
            publish_terms(by=organiser, kind=kind, after=0, text=text, in_force_on=site_day(before), now=before)
    texts = Terms.objects.in_force(site_day(now))
    Consent.objects.bulk_create(
        (
            Consent(person_id=pk, terms=terms, agreed_at=max(joined_at, terms.written_at), how=Consent.How.SIGN_UP)
            for terms in texts
            for pk, joined_at in User.objects.filter(is_demo=True).values_list("pk", "joined_at")
        ),
        ignore_conflicts=True,
    )


def current_codes() -> list[tuple[str, str]]:
    """(address, code that an authenticator app would show now) of the demo accounts that need one to log in."""
    factors = Authenticator.objects.filter(type=Authenticator.Type.TOTP, user__is_demo=True).select_related("user")
    return [(factor.user.email, _code(factor)) for factor in factors]


def _code(factor) -> str:
    counter = next(totp.yield_hotp_counters_from_time())
    return totp.format_hotp_value(totp.hotp_value(factor.data["secret"], counter))
