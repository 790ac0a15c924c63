"""Rows that stay for the tests of a file that want them, one after the other. A fixture of the scope "module" that asks
for `kept`, or for another one that does, is made in a transaction around these tests, each of which goes back to a
savepoint as ever: making the same people, skills and bookings anew was two fifths of all the work. What a test did to
the objects is undone as well, and a test finds the rows that it asked for and no others: those of a fixture that it
does not ask for go before it begins, with all that was made after them."""

from copy import deepcopy
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Model
from django.db.models.base import ModelState
from django.test.client import Client, ClientHandler

OURS = ("features.", "tests.", "e2e.")


@pytest.fixture(scope="module")
def kept(django_db_setup):
    """Asked for by a fixture whose rows are kept."""


@dataclass
class Layer:
    """What one fixture has made, and how all objects stood when it had."""

    fixture: pytest.FixtureDef
    request: pytest.FixtureRequest
    savepoint: str | None  # where the database was before; with real transactions nowhere
    states: list[tuple[Any, dict]]


class Rows:
    def __init__(self):
        self.layers: list[Layer] = []
        self.around = None
        self.blocker = None

    def begin(self):
        """Answers a savepoint in the transaction around the tests."""
        if not self.around:
            self.around = transaction.atomic()
            self.around._from_testcase = True  # what must stand in no other transaction may stand in this one
            self.around.__enter__()
        return transaction.savepoint_create()

    def add(self, fixture, request, savepoint, value):
        known = {id(one): one for one, _ in self.layers[-1].states} if self.layers else {}
        _gather(value, known)
        states = [(one, _copied(vars(one))) for one in known.values()]
        self.layers.append(Layer(fixture, request, savepoint, states))

    def prepare(self, names):
        """For a test that asks for these fixtures."""
        unwanted = next((n for n, layer in enumerate(self.layers) if layer.fixture.argname not in names), None)
        if unwanted is not None:
            self.drop(unwanted)
        if self.layers:
            for one, state in self.layers[-1].states:
                vars(one).clear()
                vars(one).update(_copied(state))

    def drop(self, first=0):
        if not self.layers:
            return
        with self.blocker.unblock():
            savepoint = self.layers[first].savepoint
            for layer in reversed(self.layers[first:]):
                layer.fixture.finish(layer.request)
            del self.layers[first:]
            if not self.layers and self.around:
                transaction.set_rollback(True)
                self.around.__exit__(None, None, None)
                self.around = None
            elif savepoint:
                transaction.savepoint_rollback(savepoint)


rows = Rows()


def _gather(value, known):
    """Everything that holds something of its own, by its identity."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple | set):
        for one in value:
            _gather(one, known)
    elif _has_a_state(value) and id(value) not in known:
        known[id(value)] = value
        _gather(vars(value), known)


def _has_a_state(value) -> bool:
    is_ours = type(value).__module__.startswith(OURS) and hasattr(value, "__dict__") and not isinstance(value, type)
    return is_ours or isinstance(value, Model | ModelState | Client | ClientHandler)


def _copied(value):
    """Containers anew, with the same things in them."""
    if isinstance(value, SimpleCookie):
        return deepcopy(value)
    if type(value) is dict:
        return {key: _copied(one) for key, one in value.items()}
    return type(value)(map(_copied, value)) if type(value) in (list, set) else value


def has_real_transactions(item) -> bool:
    marker = item.get_closest_marker("django_db")
    is_marked = marker and (marker.kwargs.get("transaction") or marker.args[:1] == (True,))
    return bool(is_marked or {"transactional_db", "live_server"} & set(item.fixturenames))


def pytest_itemcollected(item):
    """Whoever asks for kept rows may ask the database."""
    if "kept" in getattr(item, "fixturenames", ()) and not has_real_transactions(item):
        item.add_marker(pytest.mark.django_db)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef, request):
    asked = {"kept", *(layer.fixture.argname for layer in rows.layers)}
    if request.scope != "module" or not asked & set(fixturedef.argnames):
        return (yield)
    rows.blocker = request.getfixturevalue("django_db_blocker")
    with rows.blocker.unblock():
        savepoint = None if has_real_transactions(request._pyfuncitem) else rows.begin()
        value = yield
        rows.add(fixturedef, request, savepoint, value)
    return value


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    is_alone = has_real_transactions(item)  # and empties all tables
    if is_alone:
        rows.drop()
    else:
        rows.prepare(item.fixturenames)
    try:
        return (yield)
    finally:
        if is_alone or nextitem is None or nextitem.path != item.path:
            rows.drop()
