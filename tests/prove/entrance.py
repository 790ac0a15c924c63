"""Whoever asks for an address learns nothing from how long the answer takes: medians differ by 10 ms at most."""

import http.client
import json
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from tests.prove.site import Site, running_site

SAMPLES, MOST_MS = 200, 10
TOKEN = "a" * 32  # the same in the cookie and in the form
LOGIN, CODE, CONFIRM = "/account/login/", "/account/login/code/", "/account/login/code/confirm/"


class Stranger:
    """A browser that has never been here, at an address of its own: nobody meets a limit."""

    def __init__(self, site: Site, csrf: str, address: str):
        self.host, self.address = urlsplit(site.url).netloc, address
        self.port = urlsplit(site.url).port
        self.cookies = {csrf: TOKEN}

    def post(self, path: str, **fields: str) -> tuple[int, str, float]:
        """Status, where it leads, and the ms until the whole answer was there."""
        headers = {
            "Host": self.host,
            "X-Forwarded-For": self.address,
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        body = urlencode({"csrfmiddlewaretoken": TOKEN} | fields)
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.connect()
            began = time.perf_counter()
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read()
            took = (time.perf_counter() - began) * 1000
        for line in answer.headers.get_all("Set-Cookie") or ():
            self.cookies |= {name: one.value for name, one in SimpleCookie(line).items()}
        return answer.status, answer.headers.get("Location", ""), took


def asked(stranger: Stranger, email: str) -> Iterator[tuple[str, tuple[int, str, float]]]:
    """Everything that takes an address before one is in."""
    yield "log-in", stranger.post(LOGIN, login=email, password="not this one")
    yield "a code to log in", stranger.post(CODE, email=email)
    yield "another code", stranger.post(CONFIRM, action="resend")
    yield "a new password", stranger.post("/account/password/reset/", email=email)
    yield "sign-up", stranger.post("/account/signup/", email=email, name="Nadia Brandt", time_zone="Africa/Accra")


def differences(samples: int = SAMPLES) -> dict[str, dict]:
    """For each thing to ask: what the known and the unknown are answered, and their medians in ms."""
    found: dict[str, dict[bool, list]] = {}
    with running_site(workers=2, worker=False, environment={"TRUSTED_PROXY_COUNT": "1"}) as site:
        csrf = site.ask(f"crowd.members({samples})")
        for n in range(samples):
            # In turn, so that a machine that grows slower is the same to both.
            for is_known in (True, False) if n % 2 else (False, True):
                email = f"{'member' if is_known else 'nobody'}-{n}@example.org"
                stranger = Stranger(site, csrf, f"10.{is_known:d}.{n // 250}.{n % 250 + 1}")
                for what, answer in asked(stranger, email):
                    found.setdefault(what, {True: [], False: []})[is_known].append(answer)
    return {
        what: {
            "answers": [sorted({answer[:2] for answer in answers[is_known]}) for is_known in (True, False)],
            "medians": [statistics.median(answer[2] for answer in answers[is_known]) for is_known in (True, False)],
        }
        for what, answers in found.items()
    }


def main(arguments=()) -> int:
    is_fine = True
    for what, found in differences(*map(int, arguments)).items():
        (known, unknown), (first, second) = found["medians"], found["answers"]
        holds = abs(known - unknown) <= MOST_MS and first == second and len(first) == 1
        is_fine &= holds
        print(
            f"{'ok    ' if holds else 'NOT OK'} {what}: known {known:.1f} ms, unknown {unknown:.1f} ms, "
            f"answered {json.dumps(first)}" + ("" if first == second else f" and {json.dumps(second)}")
        )
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
