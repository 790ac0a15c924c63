"""30 minutes of people pressing while web, worker and Postgres are killed at random: then nothing is lost or double."""

import http.client
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from urllib.parse import urlencode, urlsplit

import psycopg

from tests.core.workers import Sink
from tests.prove.site import Site, running_site

MINUTES = 30
PEOPLE, SESSIONS, SEATS = 60, 8, 3
PRESSING = 6  # at once
PATIENCE = 120  # seconds for what was left to be done


def nemesis(seconds: float, blows_of=None, pauses=(3.0, 8.0), workers: int = 2) -> dict:
    """What held no more, what had happened, how it was answered, and the blows."""
    chance, answers, blows, blows_of = random.Random(1), Counter(), Counter(), blows_of or BLOWS
    with Sink() as sink, running_site(workers, environment={"EMAIL_URL": f"smtp://127.0.0.1:{sink.port}"}) as site:
        world = site.ask(f"nemesis_world.gather({PEOPLE}, {SESSIONS}, {SEATS})")
        over = threading.Event()
        crowd = [threading.Thread(target=_press, args=(site.url, world, n, answers, over)) for n in range(PRESSING)]
        for member in crowd:
            member.start()
        try:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                time.sleep(chance.uniform(*pauses))
                blow = blows_of[sum(blows.values()) % len(blows_of)]  # each in turn, at times nobody knows
                blow(site)
                blows[blow.__name__.replace("_", " ")] += 1
        finally:
            over.set()
            for member in crowd:
                member.join()
        found = site.ask(f"nemesis_world.verdict({PATIENCE})")
    found["happened"]["letters"] = len(sink.letters)
    if twice := len(sink.letters) - len(sink.accepted()):
        found["faults"]["letters sent twice"] = twice
    return found | {"answers": dict(answers), "blows": dict(blows)}


# --- What is done to it -----------------------------------------------------------------------------------------------
def web_killed(site: Site) -> None:
    site.kill_web()
    site.start_web()


def worker_killed(site: Site) -> None:
    site.kill_worker()
    site.start_worker()


def postgres_crashed(site: Site) -> None:
    """kill -9 of one of its processes: it ends all others, too, and recovers from its log."""
    with suppress(psycopg.Error), psycopg.connect(site.database_url) as connection:
        os.kill(connection.info.backend_pid, signal.SIGKILL)
        connection.execute("SELECT 1")
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(psycopg.Error), psycopg.connect(site.database_url, autocommit=True) as connection:
            connection.execute("DELETE FROM core_ratecounter")  # nobody presses too often here
            return
        time.sleep(0.1)


def worker_stopped_and_replaced(site: Site) -> None:
    site.stop_worker()
    site.start_worker()


BLOWS = [web_killed, postgres_crashed, worker_killed, worker_stopped_and_replaced]


# --- Who presses ------------------------------------------------------------------------------------------------------
def _press(url: str, world: dict, number: int, answers: Counter, over: threading.Event) -> None:
    """Members who take seats, wait for them and give them back, and press again when nothing came of it."""
    chance, address, token = random.Random(number), urlsplit(url), "a" * 32
    keys = world["keys"][number::PRESSING]
    while not over.is_set():
        path, key = chance.choice(world["paths"]), chance.choice(keys)
        act = chance.choice(("registration/", "registration/", "registration/", "registration/cancellation/"))
        form = {"csrfmiddlewaretoken": token, "note": "", "act": chance.choice(("", "wait"))}
        headers = {
            "Host": address.netloc, "Cookie": f"{world['cookie']}={key}; {world['csrf']}={token}",
            "Content-Type": "application/x-www-form-urlencoded",
        }  # fmt: skip
        for _ in range(chance.choice((1, 1, 2))):  # some press twice
            connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=30)
            try:
                connection.request("POST", path + act, urlencode(form), headers)
                answers[connection.getresponse().status] += 1
            except (OSError, http.client.HTTPException):
                answers["no answer"] += 1
                time.sleep(0.1)
            finally:
                connection.close()


def main(arguments=()) -> int:
    minutes = float(arguments[0]) if arguments else MINUTES
    found = nemesis(minutes * 60)
    print(f"{minutes:g} minutes: {_words(found['blows'])}.")
    print(f"answers: {_words(found['answers'])}; {_words(found['happened'])}.")
    for name, count in found["faults"].items():
        print(f"NOT OK {name}: {count}")
    if not found["faults"]:
        print("ok     nothing lost, nothing double")
    return 1 if found["faults"] else 0


def _words(counts: dict) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
