"""The ground that referees stand on: the list of them, and a real site whose processes can be killed."""

import os
import subprocess
import sys
import urllib.request
from urllib.parse import urlsplit

import psycopg

from core.preconditions import ROOT
from tests.prove.__main__ import referees
from tests.prove.site import running_site


def prove(*arguments: str):
    command = [sys.executable, "-m", "tests.prove", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


class TestTheList:
    def test_alone_it_names_each_with_what_it_proves(self):
        done = prove()
        assert done.returncode == 0
        for name, line in referees().items():
            assert line, f"{name} has no docstring"
            assert f"bin/prove {name}" in done.stdout
            assert line in done.stdout

    def test_a_name_that_is_none_gets_the_list_and_fails(self):
        done = prove("luck")
        assert done.returncode == 1
        assert "no referee called luck" in done.stderr


def test_a_site_of_its_own_whose_worker_can_be_killed_and_which_leaves_nothing():
    with running_site(workers=1) as site:
        with urllib.request.urlopen(f"{site.url}/healthz", timeout=30) as answer:
            assert answer.status == 200
        first = site.worker.pid
        site.kill_worker()
        site.start_worker()
        assert site.worker.pid != first
        assert site.stop_worker() == 0, site.output("worker")
        web, folder = site.web, site.folder
    assert web.poll() is not None
    assert not folder.exists()
    server = urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres").geturl()
    name = urlsplit(site.database_url).path[1:]
    with psycopg.connect(server) as connection:
        assert not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
