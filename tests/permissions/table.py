"""How the permission table is written down, and how a cell of it is asked for.

A line is a URL name, a method and what each persona gets; one value stands for all of them:

    200, 404 …   that status
    302, 303     a redirect, but to none of the three below
    login        to the login page, which leads back, or to what was being sent
    mfa          to the page on which a second factor is set up
    again        to the page that asks for the password or the code once more

`name@state` is another row for the same URL, with the arguments of that state. A method without a line is answered
with 405 to everybody. Whoever is suspended gets what a stranger gets, in every cell.
"""

import json
import re
from collections.abc import Callable
from contextlib import nullcontext
from copy import copy
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from features.accounts.access import PRIVILEGED_PATHS
from tests.permissions.traces import undone, watched
from tests.permissions.world import World

COLUMNS = ("stranger", "unverified", "member", "owner", "expert", "moderator", "moderator+", "organiser")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
AGAIN = ("/account/reauthenticate/", "/account/2fa/reauthenticate/")
MISSING = 999_999_999
UNSENT = "/account/unsent/"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Look:
    answer: HttpResponse
    written: set[str] | None  # the tables that anything was written to by a GET


@dataclass
class Row:
    """One URL in one state. `arguments` and `bodies` are taken from the world when a request is made."""

    name: str
    owner: str
    is_secret: bool  # its address is the key: whoever has it may use it
    arguments: Callable[[World], list] | None
    bodies: dict[str, Callable[[World], dict]] = field(default_factory=dict)
    cells: dict[str, dict[str, str]] = field(default_factory=dict)

    def __str__(self):
        return self.name

    def path(self, world: World, *, missing=False) -> str:
        arguments = self.arguments(world) if self.arguments else []
        arguments = swap(arguments) if missing else arguments
        _, _, route = self.url_name.partition(":/")
        if route:  # it has no name of its own
            return "/" + re.sub(r"<[^>]*>|\(.*\)\$", lambda _: str(arguments.pop(0)), route)
        return reverse(self.url_name, args=arguments)

    def expected(self, method: str, persona: str) -> str:
        persona = "stranger" if persona == "suspended" else persona
        return self.cells[method][persona] if method in self.cells else "405"

    def browser(self, world: World, persona: str) -> Client:
        return world.browsers[self.owner if persona == "owner" else persona]

    def ask(self, world: World, persona: str, method: str, *, missing=False, extra=None, **headers) -> HttpResponse:
        """The answer to one persona. Cookies that came with it are forgotten, so that requests stay independent."""
        body = self.bodies[method](world) if method in self.bodies else {}
        path = self.path(world, missing=missing)
        return send(self.browser(world, persona), method, path, body | (extra or {}), is_json=self.is_json, **headers)

    def look(self, world: World, persona: str, method="GET", **headers) -> Look:
        """What an ask is answered with. As it is undone, tests of the same row need not ask a second time."""
        if world.looks.get("row") != self.name:
            world.looks = {"row": self.name}
        key = persona, method, *sorted(headers.items())
        if key not in world.looks:
            with self._without_traces(method) as written:
                answer = self.ask(world, persona, method, **headers)
            world.looks[key] = Look(answer, written)
        return world.looks[key]

    def _without_traces(self, method: str):
        if method == "GET":
            return watched()
        # What no page knows is refused before anything is opened, and fails its test if it is not.
        return undone() if method in self.cells or method == "POST" or self.is_json else nullcontext()

    @property
    def url_name(self) -> str:
        return self.name.partition("@")[0]

    @property
    def is_json(self) -> bool:
        return self.name.startswith("api:")


def send(client: Client, method: str, path: str, body=None, *, is_json=False, csrf=False, **headers) -> HttpResponse:
    """One request. The cookies that its answer brings are forgotten. `csrf` has tokens checked, as outside of tests."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    jar, client.cookies = client.cookies, copy(client.cookies)
    client.handler.enforce_csrf_checks = csrf
    try:
        if method in ("GET", "HEAD", "OPTIONS"):
            return client.generic(method, path, headers=headers)
        if is_json:
            return client.generic(method, path, json.dumps(body), content_type="application/json", headers=headers)
        if method == "POST" and any(hasattr(value, "read") for value in (body or {}).values()):
            return client.post(path, body, headers=headers)
        # As browsers send a form without files; a thousand fields as parts took ten times as long to read.
        kind = {"content_type": FORM} if method == "POST" else {}
        return client.generic(method, path, urlencode(body or {}, doseq=True), headers=headers, **kind)
    finally:
        client.cookies = jar
        client.handler.enforce_csrf_checks = False


def outcome(response: HttpResponse) -> str:
    """An answer in the words of the table."""
    if response.status_code != 302:
        return str(response.status_code)
    address, asked = urlsplit(response["Location"]), response.request["PATH_INFO"]
    if address.path in AGAIN:
        return "again"
    if address.path == "/account/login/" and parse_qs(address.query).get("next") in ([asked], [UNSENT]):
        return "login"
    return "mfa" if address.path == "/account/2fa/" and asked.startswith(PRIVILEGED_PATHS) else "302"


def is_success(cell: str) -> bool:
    return cell in ("200", "201", "204", "302", "303")


def swap(arguments: list) -> list:
    """The same address with ids that nothing has."""
    if any(isinstance(value, int) for value in arguments):
        return [MISSING if isinstance(value, int) else value for value in arguments]
    return [str(MISSING) if value.isdecimal() else "nothing-has-this-name" for value in arguments]


# --- Reading --------------------------------------------------------------------------------------------------------
def read(module: ModuleType) -> list[Row]:
    """The rows of one feature's file."""
    rows: dict[str, Row] = {}
    is_demo = settings.DEMO and settings.IS_LOOPBACK
    text = module.TABLE + (getattr(module, "DEMO", "") if is_demo else "")
    for line in text.strip().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, method, *values = line.split()
        if name not in rows:
            url_name = name.partition("@")[0]
            arguments = module.ARGUMENTS.get(name) or module.ARGUMENTS.get(url_name)
            is_hosts = {name, url_name} & getattr(module, "OF_THE_HOST", set())
            owner = "host" if is_hosts and name not in getattr(module, "OF_THE_GUEST", ()) else "guest"
            rows[name] = Row(name, owner, url_name in getattr(module, "SECRET", ()), arguments)
        row = rows[name]
        if len(values) == 1:
            values *= len(COLUMNS)
        if method in row.cells or method not in METHODS or len(values) != len(COLUMNS):
            raise ValueError(f"{module.__name__}: cannot read: {line}")
        row.cells[method] = dict(zip(COLUMNS, values, strict=True))
        if body := module.BODIES.get((name, method)) or module.BODIES.get((url_name, method)):
            row.bodies[method] = body
    return list(rows.values())


def each(rows: list[Row]):
    """The rows as parameters. A row's tests run beside each other (see `tests/shares.py`) and share what was read."""
    return pytest.mark.parametrize("row", rows, ids=str)


def rows() -> list[Row]:
    """The whole table: every module of this folder that holds a part of it."""
    names = sorted(
        path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith(("test_", "conf"))
    )
    modules = [import_module(f"{__package__}.{name}") for name in names]
    return [row for module in modules if hasattr(module, "TABLE") for row in read(module)]


# --- What there is --------------------------------------------------------------------------------------------------
@cache
def patterns() -> dict[str, URLPattern]:
    """Every URL of the site by name; by its route as well if it has no name, or another has the same."""
    found: dict[str, tuple[str, URLPattern]] = {}

    def walk(resolver, prefix, namespaces):
        for pattern in resolver.url_patterns:
            route = prefix + str(pattern.pattern).lstrip("^")
            if isinstance(pattern, URLPattern):
                name = ":".join([*namespaces, pattern.name or f"/{route}"])
                if name in found and found[name][0] != route:
                    name = f"{name}:/{route}"
                found.setdefault(name, (route, pattern))
            else:
                walk(pattern, route, [*namespaces, pattern.namespace] if pattern.namespace else namespaces)

    walk(get_resolver(), "", [])
    return {name: pattern for name, (_, pattern) in found.items()}
