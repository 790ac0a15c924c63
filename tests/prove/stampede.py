"""1,000 people press "Take a seat" at once for 10 seats: 10 get one, nobody sees an error, p95 at most 1 s."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from core import launch
from tests.prove.site import running_site

# Each press is what a browser with htmx sends. 200: a seat. 422: a refusal with its reason.
SCRIPT = """
import http from 'k6/http';
import { Counter } from 'k6/metrics';
const world = JSON.parse(open('world.json'));
const seats = new Counter('seats'), refusals = new Counter('refusals'), errors = new Counter('errors');
export const options = { scenarios: { all: { executor: 'per-vu-iterations', vus: world.keys.length, iterations: 1,
  maxDuration: '120s' } }, summaryTrendStats: ['med', 'p(95)', 'max'] };
export default function () {
  const token = 'a'.repeat(32);
  const answer = http.post(world.url + world.path + 'registration/', { csrfmiddlewaretoken: token, note: '' }, {
    headers: { 'HX-Request': 'true' }, redirects: 0, timeout: '60s',
    cookies: { [world.cookie]: world.keys[__VU - 1], [world.csrf]: token } });
  (answer.status === 200 ? seats : answer.status === 422 ? refusals : errors).add(1);
}
"""


def stampede(people=1000, seats=10, naive=False) -> dict:
    """What happened: seats given by answers and by rows, refusals, errors, latency in ms."""
    with running_site(workers=2, worker=False) as site, tempfile.TemporaryDirectory() as folder:
        world = _ask(site, f"gather({people}, {seats})") | {"url": site.url}
        if naive:
            _become_naive(site)
        Path(folder, "world.json").write_text(json.dumps(world))
        Path(folder, "press.js").write_text(SCRIPT)
        _warm(site)
        k6 = Path(sys.executable).parent / "k6"
        subprocess.run(
            [k6, "run", "--quiet", "--no-usage-report", "--summary-export", "summary.json", "press.js"],
            cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        metrics = json.loads(Path(folder, "summary.json").read_text())["metrics"]
        rows, counter = _ask(site, "outcome()")
        latency = metrics["http_req_duration"]
        answered = {name: int(metrics.get(name, {}).get("count", 0)) for name in ("seats", "refusals", "errors")}
        return answered | {
            "rows": rows, "counter": counter,
            "median": latency["med"], "p95": latency["p(95)"], "max": latency["max"],
        }  # fmt: skip


def _ask(site, call):
    code = f"import json; from tests.prove.crowd import gather, outcome; print(json.dumps({call}))"
    return json.loads(site.manage("shell", "--verbosity", "0", "-c", code).splitlines()[-1])


def _become_naive(site):
    site.kill_web()
    site.manage(
        "shell", "--verbosity", "0", "-c",
        "from django.db import connection; connection.cursor().execute("
        "'ALTER TABLE skill_sessions_skillsession DROP CONSTRAINT seats_taken_within_capacity')",
    )  # fmt: skip
    real = launch.web_command
    from tests.prove import site as module

    module.web_command = lambda *a, **k: [
        "tests.prove.naive:application" if part == "core.wsgi:application" else part for part in real(*a, **k)
    ]
    try:
        site.start_web()
    finally:
        module.web_command = real


def _warm(site):
    for _ in range(20):
        site.answers()


def main(arguments=()):
    runs = int(arguments[0]) if arguments else 3
    failed = False
    for n in range(runs):
        result = stampede()
        good = result["rows"] == result["counter"] == result["seats"] == 10 and result["refusals"] == 990
        good = good and not result["errors"] and result["p95"] <= 1000
        failed = failed or not good
        print(f"run {n + 1}: {_words(result)}  {'ok' if good else 'NOT OK'}", flush=True)
    control = stampede(people=300, naive=True)
    oversold = control["rows"] > 10
    print(f"control that reads before it writes: {_words(control)}  {'oversold, as it must' if oversold else 'VOID'}")
    return 1 if failed or not oversold else 0


def _words(r):
    return (
        f"{r['rows']} seats, {r['refusals']} refusals, {r['errors']} errors, "
        f"median {r['median']:.0f} ms, p95 {r['p95']:.0f} ms, max {r['max']:.0f} ms"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
