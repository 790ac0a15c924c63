"""Thousands of calls to every operation of the API, as five kinds of callers: no fault, nothing the document omits."""

import os
import secrets
import sys
import time
from contextlib import nullcontext
from types import SimpleNamespace

import django
from django.test.utils import setup_test_environment


def main(arguments=()):
    examples = int(arguments[0]) if arguments else 25
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
    django.setup()
    from django.core.management import call_command

    from tests.permissions.world import made
    from tests.prove import fuzzing

    setup_test_environment()  # no letter leaves
    call_command("migrate", verbosity=0)
    start, began = secrets.randbelow(2**32), time.monotonic()
    with made(SimpleNamespace(unblock=nullcontext)) as world:
        callers = fuzzing.callers_in(world)
        found = fuzzing.fuzz(callers, fuzzing.known_in(world), examples=examples, start=start)
    print(
        f"{found.calls:,} calls to {len(found.operations)} operations as {', '.join(callers)} "
        f"in {time.monotonic() - began:.0f} s, begun with {start}"
    )
    print("answers: " + ", ".join(f"{status}: {n:,}" for status, n in sorted(found.by_status.items())))
    print(f"{len(found.worked)} operations also had a success; the others: " + (", ".join(found.quiet()) or "none"))
    print(f"{len(found.faults)} faults")
    for said in found.faults.values():
        print(f"\n{said}")
    return 1 if found.faults or not found.calls else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
