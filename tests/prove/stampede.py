"""1,000 people press "Take a seat" at once for 10 seats: 10 get one, nobody sees an error, p95 at most 1 s."""

import contextlib
import resource
import selectors
import socket
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
    _press(world | world["warm"])
    answers = _press(world)
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


def _press(world) -> list[tuple[int, float]]:
    """Everybody is connected first; then all send at the same moment what a browser with htmx sends. 200 is a seat, 422
    a refusal with its reason. Answers (status, seconds until the whole answer was there). A thousand browsers would not
    work on the machine of the site: this crowd does as little as it can."""
    address = urlsplit(world["url"])
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    token = "a" * 32
    body = f"csrfmiddlewaretoken={token}&note="
    head = (
        f"POST {world['path']}registration/ HTTP/1.1\r\nHost: {address.netloc}\r\nHX-Request: true\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n"
        f"Content-Length: {len(body)}\r\nCookie: {world['csrf']}={token}; {world['cookie']}="
    )
    requests = [f"{head}{key}\r\n\r\n{body}".encode() for key in world["keys"]]
    people = [socket.create_connection(("127.0.0.1", address.port)) for _key in requests]
    for person in people:  # looked at when the site has closed, which says that all of the answer is there
        person.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 60_000)
    time.sleep(1)  # all connections are accepted
    began, ended = {}, {}
    with selectors.DefaultSelector() as waiting:
        for person in people:
            waiting.register(person, selectors.EVENT_READ)
        for person, request in zip(people, requests, strict=True):
            began[person] = time.perf_counter()
            person.sendall(request)
        while waiting.get_map():
            for ready, _events in waiting.select():
                ended[ready.fileobj] = time.perf_counter()
                waiting.unregister(ready.fileobj)
    return [(_status(person), ended[person] - began[person]) for person in people]


def _status(person) -> int:
    """Of the answer that has come; 0 if none has."""
    with contextlib.suppress(ConnectionResetError), person:
        answer = b"".join(iter(lambda: person.recv(65_536), b""))
        return int(answer.split(b" ", 2)[1]) if answer else 0
    return 0


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
    """How often, and for how many seats; the time is judged where there are ten."""
    given = [int(number) for number in arguments]
    runs, seats = given + [3, 10][len(given) :]
    failed = False
    for n in range(runs):
        result, control = stampede(seats=seats)
        good = result["rows"] == result["counter"] == result["seats"] == seats
        good = good and result["refusals"] == 1000 - seats and not result["errors"]
        good = good and (result["p95"] <= 1000 or seats != 10)
        oversold = control["rows"] > seats
        failed = failed or not good or not (oversold or seats >= 300)  # of so many the control cannot sell too many
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
