"""What computes stays out of the process that answers."""

import subprocess
import sys

from django.conf import settings

LOOK = """
import django, sys
django.setup()
from django.urls import get_resolver
get_resolver().url_patterns
import core.wsgi, features.mentoring.tasks
print(sorted({"numpy", "scipy", "numba", "ortools"} & {name.partition(".")[0] for name in sys.modules}))
"""


def test_the_web_process_loads_nothing_that_computes(monkeypatch):
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "core.settings")
    command = [sys.executable, "-c", LOOK]
    found = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)
    assert found.stdout.strip().endswith("[]")
