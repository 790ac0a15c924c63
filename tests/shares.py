"""A pytest plugin: which tests run beside each other, in one process.

A file is one share, so that what its tests stand on is made once; a row of the permission table is one, so that its
pages are read once for all that is asserted of them; a journey in the browser is one. The longest come first and the
smallest last, or one process would end long before the other."""

import contextlib
import importlib
import os
import re
from functools import partial

import pytest
from xdist.scheduler import LoadScopeScheduling

# Of all files the ones that take longest, or wait most.
FIRST = (
    "tests/bin/test_run.py",
    "tests/core/test_jobs_workers.py",
    "tests/core/test_nemesis.py",
    "tests/core/test_tables.py",
    "tests/skills/test_esco.py",
    "tests/sessions/test_stampede.py",
    "tests/bin/",
)
TABLE = "tests/permissions/"
ROW = re.compile(r"\[(?P<row>[^-\]]+)[-\]]")


def share_of(nodeid: str) -> str:
    path, _, test = nodeid.partition("::")
    row = ROW.search(test)
    if path.startswith(TABLE) and row:
        return TABLE + row["row"]
    return nodeid if path.startswith("e2e/") else path


def order_of(nodeid: str) -> int:
    for place, path in enumerate(FIRST):
        if nodeid.startswith(path):
            return place
    return len(FIRST) + nodeid.startswith(TABLE)


class Shares(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return share_of(nodeid)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session):
    """Where nothing is compiled yet, that takes more time than all the rest of collecting. Every second process begins
    with the last file, so that each compiles half of them and reads the other half. What cannot be read is said by
    collecting it."""
    number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    if int(number) % 2:
        root = session.config.rootpath
        for folder in {root / argument.partition("::")[0] for argument in session.config.args}:
            for path in sorted(folder.rglob("test_*.py"), reverse=True):
                with contextlib.suppress(Exception, pytest.skip.Exception):
                    importlib.import_module(".".join(path.relative_to(root).with_suffix("").parts))


def pytest_sessionstart(session):
    """One report tells all of a test that passed. Those of its begin, its set-up, its going down and its end are no
    news then; writing and reading them was a twentieth of the work of small tests."""
    for plugin in session.config.pluginmanager.get_plugins():
        if hasattr(plugin, "sendevent"):  # in a process that tests for another one
            plugin.sendevent = partial(send_news, plugin.sendevent)


def send_news(send, name, **values):
    is_quiet = name == "testreport" and values["data"]["when"] != "call" and values["data"]["outcome"] == "passed"
    if not is_quiet and name not in ("logstart", "logfinish"):
        send(name, **values)


def pytest_xdist_make_scheduler(config, log):
    config.option.loadscopereorder = False  # it would begin with those that have the most tests
    return Shares(config, log)


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: order_of(item.nodeid))
    table = [number for number, item in enumerate(items) if item.nodeid.startswith(TABLE)]
    first_seen: dict[str, int] = {}
    for number in table:
        first_seen.setdefault(share_of(items[number].nodeid), number)
    ordered = sorted((items[number] for number in table), key=lambda item: first_seen[share_of(item.nodeid)])
    for number, item in zip(table, ordered, strict=True):
        items[number] = item
