"""`manage.py run_worker` with the jobs of the tests: `python -m tests.core.worker_main`."""

import os

import django

from core import garbage

garbage.leave_it()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
django.setup()

from django.core.management import call_command  # noqa: E402

from tests.core import job_tasks  # noqa: E402, F401

call_command("run_worker")
