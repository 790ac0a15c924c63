"""Every operation of the API, also those of later features, called with what its document describes and with what it
does not: never a fault of ours, and no answer that the document omits. `bin/prove fuzz` is the long form."""

import pytest

from core.api import api
from tests.permissions.world import made
from tests.prove import fuzzing

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with made(django_db_blocker) as world:
        yield world


def test_no_call_breaks_it_and_no_answer_is_unforeseen(world):
    found = fuzzing.fuzz(fuzzing.callers_in(world), fuzzing.known_in(world), examples=2, in_turn=True)
    assert not found.faults, "\n\n".join(found.faults.values())
    stated = api.get_openapi_schema()["paths"]
    assert len(found.operations) == sum(len(methods) for methods in stated.values())
    assert found.calls >= len(found.operations)
    assert found.worked, "no call had a success, so nothing much was tried"


def test_a_fault_would_be_seen(world, monkeypatch):
    def broken(*args, **more):
        raise RuntimeError

    monkeypatch.setattr("features.accounts.api.roles", broken)
    callers = {"organiser": fuzzing.callers_in(world)["organiser"]}
    found = fuzzing.fuzz(callers, {}, examples=1, only="/api/v1/me/")
    assert any("/api/v1/me/" in fault for fault in found.faults)
