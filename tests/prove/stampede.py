"""1,000 people press "Take a seat" at once for 10 seats: 10 get one, nobody sees an error, p95 at most 1 s."""

import asyncio
import resource
import sys
import time
from urllib.parse import urlsplit

from core import launch
from tests.prove.site import running_site


def stampede(people=1000, seats=10, control=300) -> tuple[dict, dict]:
    """What happened, and what happens to a claim that reads before it writes: see `_storm`."""
    with running_site(workers=2, worker=False) as site:
        result = _storm(site, people, seats, "stampede")
        _become_naive(site)
        return result, _storm(site, control, seats, "control")


def _storm(site, people, seats, name) -> dict:
    """Seats given by answers and by rows, refusals, errors, latency in ms."""
    world = site.ask(f"crowd.gather({people}, {seats}, '{name}')") | {"url": site.url}
    asyncio.run(_press(world | world["warm"]))
    answers = asyncio.run(_press(world))
    rows, counter = site.ask(f"crowd.outcome('{name}')")
    times = sorted(took * 1000 for _status, took in answers)
    statuses = [status for status, _took in answers]
    return {
        "seats": statuses.count(200),
        "refusals": statuses.count(422),
        "errors": len(statuses) - statuses.count(200) - statuses.count(422),
        "rows": rows,
        "counter": counter,
        "median": times[len(times) // 2],
        "p95": times[int(len(times) * 0.95)],
        "max": times[-1],
    }


async def _press(world) -> list[tuple[int, float]]:
    """Everybody is connected first; then all send at the same moment what a browser with htmx sends. 200 is a seat, 422
    a refusal with its reason. Answers (status, seconds until the whole answer was there)."""
    address = urlsplit(world["url"])
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    token, start = "a" * 32, asyncio.Event()
    body = f"csrfmiddlewaretoken={token}&note="

    async def one(key):
        reader, writer = await asyncio.open_connection("127.0.0.1", address.port)
        head = [
            f"POST {world['path']}registration/ HTTP/1.1", f"Host: {address.netloc}", "HX-Request: true",
            f"Cookie: {world['cookie']}={key}; {world['csrf']}={token}", "Connection: close",
            "Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}",
        ]  # fmt: skip
        await start.wait()
        began = time.perf_counter()
        writer.write(("\r\n".join(head) + "\r\n\r\n" + body).encode())
        answer = await reader.read()
        took = time.perf_counter() - began
        writer.close()
        return int(answer.split(b" ", 2)[1] or 0) if answer else 0, took

    presses = [asyncio.create_task(one(key)) for key in world["keys"]]
    await asyncio.sleep(1)  # all connections are open
    start.set()
    return await asyncio.gather(*presses)


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


def main(arguments=()):
    runs = int(arguments[0]) if arguments else 3
    failed = False
    for n in range(runs):
        result, control = stampede()
        good = result["rows"] == result["counter"] == result["seats"] == 10 and result["refusals"] == 990
        good = good and not result["errors"] and result["p95"] <= 1000
        oversold = control["rows"] > 10
        failed = failed or not good or not oversold
        print(f"run {n + 1}: {_words(result)}  {'ok' if good else 'NOT OK'}", flush=True)
        print(f"  control, reads before it writes: {_words(control)}  {'oversold, as it must' if oversold else 'VOID'}")
    return 1 if failed else 0


def _words(r):
    return (
        f"{r['rows']} seats, {r['refusals']} refusals, {r['errors']} errors, "
        f"median {r['median']:.0f} ms, p95 {r['p95']:.0f} ms, max {r['max']:.0f} ms"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
