"""Calls of every operation that the API's document names, with values as it describes them and as it does not.

Each call is made in this process and undone, so that the next one finds the same world, and no limit is reached.
"""

import random
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from features.integrations import services as integrations
from tests.permissions.traces import undone

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    allow_header_conformance,
]
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


@dataclass
class Findings:
    calls: int = 0
    by_status: Counter = field(default_factory=Counter)
    operations: set = field(default_factory=set)
    worked: set = field(default_factory=set)
    faults: dict[str, str] = field(default_factory=dict)

    def quiet(self) -> list[str]:
        return sorted(self.operations - self.worked)


def fuzz(
    callers: dict[str, str], known: dict[str, list], *, examples: int, start=0, in_turn=False, only=""
) -> Findings:
    """`callers`: a token by name, "" for a stranger; all of them at every operation, or one `in_turn`. `known`: see
    `known_in`; more than every other call uses these."""
    site = WSGIHandler()

    def from_here(environ, start_response):
        return site(environ | {"REMOTE_ADDR": "127.0.0.1"}, start_response)

    findings = Findings()
    with one_connection():
        schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", from_here)
        for place, found in enumerate(schema.get_all_operations()):
            operation = found.ok()
            if only and operation.path != only:
                continue
            findings.operations.add(operation.label)
            for turn, (name, token) in enumerate(callers.items()):
                if not in_turn or turn == place % len(callers):
                    _try(operation, name, token, known, examples, start, findings)
    return findings


@contextmanager
def one_connection():
    """The end of a request does not end the connection, on which all of this is one transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def _try(operation, name, token, known, examples, start, findings):
    headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {token}"} if token else {})
    chance = random.Random(f"{start} {operation.label} {name}")
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]

    @seed(start)
    @settings(
        max_examples=examples, deadline=None, database=None, phases=[Phase.generate], print_blob=False,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=st.one_of(operation.as_strategy(generation_mode=mode) for mode in modes))
    def run(case):
        if chance.random() < 0.6:
            for parameter in case.path_parameters or {}:
                if values := known.get(parameter):
                    case.path_parameters[parameter] = chance.choice(values)
            for field in case.body if isinstance(case.body, dict) else ():
                if values := known.get(f"body {field}"):
                    case.body[field] = chance.choice(values)
        headers.pop("Idempotency-Key", None)
        if case.method in UNSAFE and chance.random() < 0.3:
            headers["Idempotency-Key"] = chance.choice(["a", "b"])
        with undone():
            try:
                response = case.call(headers=headers)
                findings.calls += 1
                findings.by_status[response.status_code] += 1
                if response.status_code < 300:
                    findings.worked.add(operation.label)
                case.validate_response(response, checks=CHECKS)
            except (Failure, FailureGroup) as failure:
                said = "; ".join(str(e) for e in getattr(failure, "exceptions", [failure]))
                key = f"{operation.label} as {name}: {said.splitlines()[0]}"
                findings.faults.setdefault(key, f"{said}\n{case.as_curl_command()}")

    run()


def callers_in(world) -> dict[str, str]:
    """A stranger, and a token with all that its owner can give of a member with seats, a host, a moderator and an
    organiser."""
    people = {"member": world.guest, "host": world.host} | {n: world.people[n] for n in ("moderator+", "organiser")}
    return {"stranger": ""} | {name: _token(person) for name, person in people.items()}


def _token(person) -> str:
    wanted = [scope.name for scope in integrations.offered_scopes(person, with_second_factor=True)]
    return integrations.make_token(
        person=person, name="fuzz", wanted=wanted, lasts=timedelta(days=1), with_second_factor=True
    )[1]


def known_in(world) -> dict[str, list]:
    """Values of path parameters, and of fields of bodies, that lead somewhere."""
    return {
        "body skills": [[world.skill.name]],
        "body time_zone": ["Europe/Berlin"],
        "body language": ["en"],
        "body minutes": [60],
        "body cancellation_hours": [24],
        "body reminder_minutes": [[60]],
        "body room_url": ["https://meet.example.org/room"],
        "pk": [world.session.pk, world.draft.pk, world.now.pk, world.full.pk, world.offered.pk],
        "public_id": [world.here_seat.public_id, world.now_seat.public_id, world.seat.public_id],
        "slug": [world.skill.slug],
        "handle": [world.host.handle, world.guest.handle],
        "key": [f"skill:{world.skill.pk}", f"person:{world.host.pk}"],
    }
