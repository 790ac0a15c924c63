"""What every feature's `api.py` uses: who may call, how a refusal is said, how a list is cut into pages, how money and
time are written. See `features/sessions/api.py` for an example; `core/api.py` finds the routers."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _
from ninja import Field, Schema
from ninja.parser import Parser
from ninja.security.base import AuthBase
from ninja.utils import check_csrf
from pydantic import AfterValidator, AwareDatetime

from core.pagination import keyset
from core.registry import Registry
from core.seo import absolute

SAFE = ("GET", "HEAD", "OPTIONS")
MOST_ON_A_PAGE = 50


class Refusal(Exception):
    """An act that was refused: `code` is the page's reason code, `step` names its next step."""

    def __init__(self, code, detail, *, step="", status=409, headers=None):
        super().__init__(code)
        self.code, self.detail, self.step, self.status = code, str(detail), step, status
        self.headers = headers or {}


class Invalid(Exception):
    """Values that a form does not take: {field, or "" for the whole: its messages}. Said as pydantic's refusals are."""

    def __init__(self, errors: dict[str, list[str]]):
        super().__init__(", ".join(errors))
        self.errors = errors


def own_key(operation):
    """For what asks somebody else, such as Stripe, which is done with no transaction open: sent again, the operation
    itself does nothing again, so that its answer need not be kept under an idempotency key."""
    operation.is_own_key = True
    return operation


# --- Who is asking ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Scope:
    """A part of what a person may do, which they can give to a token. `label` says it in plain words (a lazy
    translation). With a `role`, or several, it is for holders of one who use a second factor."""

    name: str
    label: str
    role: str | tuple[str, ...] = ""

    def __post_init__(self):
        scopes.register(self.name, self)


scopes: dict[str, Scope] = Registry("scopes of the API")

# What the core has to ask of features: "bearer" answers the Caller with this secret, or None; "role" answers whether a
# request has a second factor behind it, and raises Http404 for whoever has not this role;
# "consent" answers whether a person has yet to agree to the terms in force.
seams: dict = Registry("questions of the API")


@dataclass(frozen=True)
class Caller:
    """Who a request comes from. A token brings `scopes`; a browser's session has none and needs none."""

    person: object
    token_id: int | None = None
    scopes: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        return f"token:{self.token_id}" if self.token_id else f"person:{self.person.pk}"


class Member(AuthBase):
    """Whoever is signed in on the site, with the CSRF token on unsafe methods as for forms; or a personal token that
    has the scope. An operation without a scope is closed to tokens."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, scope: Scope | None = None):
        super().__init__()
        self.scope = scope

    def __call__(self, request):
        caller = request.caller
        if caller is None:
            return None
        if caller.token_id is None:
            if check_csrf(request):
                raise Refusal("csrf", _("Send the CSRF token of the page, or use a personal token."), status=403)
        elif self.scope is None or self.scope.name not in caller.scopes:
            raise self._too_narrow()
        if self.scope and self.scope.role and not seams["role"](request, caller, self.scope.role):
            raise Refusal("second_factor", _("This takes a second factor. Set one up on the site."), status=403)
        request.user = caller.person
        return caller

    def _too_narrow(self):
        name = self.scope.name if self.scope else ""
        challenge = f'Bearer error="insufficient_scope", scope="{name}"'
        words = _("This token may not do that. Make one with the scope “%(scope)s”.") % {"scope": name}
        if not name:
            words = _("This is not open to tokens.")
        return Refusal("scope", words, status=403, headers={"WWW-Authenticate": challenge})


class Anybody(Member):
    """Open to all. A member, or a token with the scope, is known by name; every other token asks as a stranger."""

    def __call__(self, request):
        caller = request.caller
        if caller and (caller.token_id is None or self.scope.name in caller.scopes):
            request.user = caller.person
        else:
            request.user = AnonymousUser()
        return caller or True


class Reader(Parser):
    """Postgres keeps no NUL, and UTF-8 no half of a pair: such text is refused where it comes in."""

    def parse_body(self, request):
        data = super().parse_body(request)
        json.dumps(data, ensure_ascii=False).encode()  # a half of a pair is a ValueError, which ninja answers with 400
        if _has_nul(data):
            raise ValueError("NUL")
        return data

    def parse_querydict(self, data, list_fields, request):
        if any("\0" in text for values in data.lists() for text in [values[0], *values[1]]):
            raise Refusal("invalid", _("Some values are not usable."), status=422)
        return super().parse_querydict(data, list_fields, request)


def _has_nul(data) -> bool:
    if isinstance(data, dict):
        return any("\0" in key or _has_nul(value) for key, value in data.items())
    if isinstance(data, list):
        return any(map(_has_nul, data))
    return isinstance(data, str) and "\0" in data


# --- Lists ------------------------------------------------------------------------------------------------------------
class Paging(Schema):
    cursor: str = Field("", description="From the next of the page before; it fits only the same list and order")
    page_size: int = Field(20, ge=1, le=MOST_ON_A_PAGE)


class Page[T](Schema):
    items: list[T]
    next: str | None = Field(description="The address of the next page; null on the last one")


def page(request, queryset, paging: Paging, order: tuple[str, ...]) -> dict:
    """A page of `queryset` for a `Page[…]` response. The last field of `order` must be unique, none may be NULL."""
    found = keyset(queryset, request, order=order, size=paging.page_size, parameter="cursor")
    if paging.cursor and found.is_first:
        raise Refusal("cursor", _("This cursor does not belong to this list. Begin without one."), status=422)
    return {"items": found.items, "next": absolute(found.next_url) if found.next_url else None}


class Selectable(Schema):
    """A thing of which `?fields=a,b` asks for a part: then, and only then, its other fields are left out."""

    model_config = {"json_schema_extra": lambda schema: schema.pop("required", None)}


def expansions(wanted: str, allowed: Iterable[str]) -> set[str]:
    """The parts that `?expand=host,skills.parent` asks for in full, each with what leads to it; `allowed` ends the
    depth."""
    found = {part.strip() for part in wanted.split(",") if part.strip()}
    if unknown := found - set(allowed):
        words = _("“%(names)s” cannot be expanded. These can: %(allowed)s.")
        detail = words % {"names": ", ".join(sorted(unknown))[:100], "allowed": ", ".join(allowed)}
        raise Refusal("expand", detail, status=422)
    return found | {part.rpartition(".")[0] for part in found if "." in part}


# --- Values -----------------------------------------------------------------------------------------------------------
class Money(Schema):
    minor: int = Field(description="In the minor unit of the currency: 1250 EUR are 12.50 €")
    currency: str = Field(description="ISO 4217", pattern="^[A-Z]{3}$")


def _in_utc(value: datetime) -> datetime:
    """Postgres reads no offset of more than 16 hours, and no clock shows what is before the year 1 or after 9999."""
    if not 1 < value.year < 9999:  # a day off either end, no zone gets over it
        raise ValueError(_("The year has to be one between 2 and 9998."))
    return value.astimezone(UTC)


PointInTime = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class Moment(Schema):
    at: datetime = Field(description="ISO 8601 with the offset that holds in the zone at that time")
    time_zone: str = Field(description="The IANA zone that the wall time is meant in")


def money(minor: int, currency: str) -> dict:
    return {"minor": minor, "currency": currency}


def moment(value: datetime | None, zone: str) -> dict | None:
    if value is None:
        return None
    local = value.astimezone(ZoneInfo(zone))
    # Before there were zones clocks differed by seconds as well, which ISO 8601 as programs read it cannot say.
    return {"at": value.astimezone(UTC) if local.utcoffset().seconds % 60 else local, "time_zone": zone}
