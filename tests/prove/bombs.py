"""Ten kinds of bombs sent as pictures, again and again: refused, at most 200 MB more memory, readers not held up."""

import contextlib
import http.client
import os
import statistics
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import django

from tests.prove.site import running_site

READS, SENDERS, MOST_MB, MOST_TIMES = 400, 2, 200, 2
EDGE = "a-line-that-no-picture-has"
TOKEN = "a" * 32  # the same in the cookie and in the form


def bombed(reads: int = READS) -> dict:
    """p95 in ms of somebody who reads meanwhile, before and during; answers by status; growth of memory in MB."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
    django.setup()
    from tests.bombs import BOMBS

    bodies = [_form(make()) for make in BOMBS.values()]
    with running_site(workers=2, worker=False) as site:
        world = site.ask("crowd.gather(300, 10)")
        reader, *senders = world["keys"]
        _reads(site.url, _cookies(world, reader), 40)
        before = _reads(site.url, _cookies(world, reader), reads)
        memory, answers, over = _memory(site.web.pid), Counter(), threading.Event()
        mine = [_cookies(world, key) for key in senders]
        crowd = [
            threading.Thread(target=_send, args=(site.url, mine[n::SENDERS], bodies, answers, over))
            for n in range(SENDERS)
        ]
        for sender in crowd:
            sender.start()
        during = _reads(site.url, _cookies(world, reader), reads)
        over.set()
        for sender in crowd:
            sender.join()
        grown = _memory(site.web.pid) - memory
    return {"before": before, "during": during, "answers": dict(answers), "grown": grown}


def _cookies(world, key) -> str:
    return f"{world['cookie']}={key}; {world['csrf']}={TOKEN}"


def _form(content: bytes) -> bytes:
    head = (
        f'--{EDGE}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{TOKEN}\r\n'
        f'--{EDGE}\r\nContent-Disposition: form-data; name="upload"; filename="me.png"\r\n'
        "Content-Type: image/png\r\n\r\n"
    )
    return head.encode() + content + f"\r\n--{EDGE}--\r\n".encode()


def _send(url, cookies, bodies, answers, over):
    """Each of them sends as much as one may; then the next one does."""
    headers = {"Content-Type": f"multipart/form-data; boundary={EDGE}"}
    for cookie in cookies:
        for body in bodies:
            if over.is_set():
                return
            answers[_ask(url, "POST", "/account/profile/photo/", body, headers | {"Cookie": cookie})] += 1


def _reads(url, cookie, times) -> float:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        assert _ask(url, "GET", "/sessions/", None, {"Cookie": cookie}) == 200
        took.append((time.perf_counter() - began) * 1000)
    return statistics.quantiles(took, n=20)[-1]


def _ask(url, method, path, body, headers) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(url).port, timeout=60)
    with contextlib.closing(connection):
        connection.request(method, path, body, headers | {"Host": urlsplit(url).netloc})
        answer = connection.getresponse()
        answer.read()
        return answer.status


def _memory(pid: int) -> float:
    """The most that the web processes have held so far, in MB."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    peaks = [line for child in children for line in Path(f"/proc/{child}/status").read_text().splitlines()]
    return sum(int(line.split()[1]) for line in peaks if line.startswith("VmHWM")) / 1024


def main(arguments=()) -> int:
    found = bombed()
    checks = {
        f"every bomb is refused: {found['answers']}": all(400 <= status < 500 for status in found["answers"]),
        f"memory of the web processes: {found['grown']:+.0f} MB": found["grown"] <= MOST_MB,
        f"p95 of a reader: {found['before']:.0f} ms, meanwhile {found['during']:.0f} ms": (
            found["during"] <= MOST_TIMES * found["before"]
        ),
    }
    for words, holds in checks.items():
        print(f"{'ok    ' if holds else 'NOT OK'} {words}")
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
