"""What happens to a web process before it serves."""

import os
import signal
import subprocess
import sys

from core.preconditions import ROOT

# As granian does: handlers first, then forks, each of which loads the site.
SERVER = """
import multiprocessing, os, signal, sys, time
from pathlib import Path

def load():
    import core.wsgi

signal.signal(signal.SIGTERM, lambda *_: None)
worker = multiprocessing.get_context("fork").Process(target=load)
worker.start()
while not Path("loading").exists():
    time.sleep(0.01)
os.kill(worker.pid, signal.SIGTERM)
worker.join(60)
print(worker.exitcode)
worker.kill()
"""
SLOW = "from pathlib import Path\nimport time\nPath('loading').touch()\ntime.sleep(120)\n"


def test_a_worker_that_is_asked_to_stop_while_it_loads_ends_at_once(tmp_path):
    (tmp_path / "slow_settings.py").write_text(SLOW)
    values = {**os.environ, "DJANGO_SETTINGS_MODULE": "slow_settings", "PYTHONPATH": f"{ROOT}:{tmp_path}"}
    done = subprocess.run(
        [sys.executable, "-c", SERVER],
        cwd=tmp_path, env=values, capture_output=True, text=True, timeout=180, check=True,
    )  # fmt: skip
    assert int(done.stdout) == -signal.SIGTERM
