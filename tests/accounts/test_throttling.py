"""Guessing stays guessing: limits count over all processes, and nobody talks their way around them."""

import http.client
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client

from tests.factories import PASSWORD, make_user
from tests.prove.site import running_site

WORKERS, ATTEMPTS, ALLOWED = 4, 100, 5
SOMEBODY = """
from features.accounts.models import User
person = User.objects.create_user("sofia@example.org", "a password for tests", name="Sofia", handle="sofia-m")
person.emailaddress_set.create(email=person.email, verified=True, primary=True)
"""


class Browser:
    """A form of the real server, sent as often and from as many threads as one likes."""

    def __init__(self, url):
        self.host = urlsplit(url).netloc
        answer, page = self._ask("GET", "/account/login/")
        self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        self.token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page)[1]

    def log_in(self, password):
        form = {"login": "sofia@example.org", "password": password, "csrfmiddlewaretoken": self.token}
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self.cookie}
        return self._ask("POST", "/account/login/", urlencode(form), headers)[0].status

    def _ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(self.host, timeout=60)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        page = answer.read().decode()
        connection.close()
        return answer, page


def said(site, message):
    lines = [json.loads(line) for line in site.output("web").splitlines() if line.startswith("{")]
    return sum(line["message"] == message for line in lines)


def children(process):
    return len(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split())


def test_a_hundred_guesses_at_once_reach_the_hasher_five_times():
    with running_site(workers=WORKERS, worker=False) as site:
        site.manage("shell", "-c", SOMEBODY)
        assert children(site.web) >= WORKERS
        browser = Browser(site.url)
        with ThreadPoolExecutor(ATTEMPTS) as pool:
            statuses = list(pool.map(browser.log_in, [f"guess {number}" for number in range(ATTEMPTS)]))
        assert set(statuses) <= {422, 429}
        # An attempt is counted before the hasher and written down after it.
        assert 1 <= said(site, "login_failed") <= ALLOWED
        assert said(site, "login_failed") + said(site, "login_limited") + said(site, "limited") == ATTEMPTS
        # Nor does the right one help now: guessing on would otherwise go on until it is hit.
        assert browser.log_in(PASSWORD) in {422, 429}


def limited_attempts(email, count, **headers):
    """Which of so many wrong passwords were turned away at the door."""
    cache.clear()
    limited = []
    for number in range(count):
        forged = {name: value.format(number=number) for name, value in headers.items()}
        data = {"login": email, "password": "wrong"}
        if Client().post("/account/login/", data, headers=forged).status_code == 429:
            limited.append(number)
    return limited


@pytest.mark.django_db
def test_a_forged_address_changes_nothing(learner):
    assert limited_attempts(learner.email, 34) == [30, 31, 32, 33]
    names = ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP", "CF-Connecting-IP", "True-Client-IP"]
    headers = dict.fromkeys(names, "198.51.100.{number}")
    assert limited_attempts(learner.email, ATTEMPTS, **headers) == list(range(30, ATTEMPTS))


@pytest.mark.django_db
def test_behind_our_own_proxy_its_word_counts_and_no_more(learner, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    # The proxy appends the address it saw; what stood before it was written by the client.
    header = {"X-Forwarded-For": "198.51.100.{number}, 203.0.113.7"}
    assert limited_attempts(learner.email, 33, **header) == [30, 31, 32]
    assert limited_attempts(learner.email, 33, **{"X-Forwarded-For": "203.0.113.{number}"}) == []


@pytest.mark.django_db
def test_one_account_is_guarded_against_many_addresses(learner, settings, caplog):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(20):
        headers = {"X-Forwarded-For": f"203.0.113.{number}"}
        Client().post("/account/login/", {"login": learner.email, "password": "wrong"}, headers=headers)
    assert [record.message for record in caplog.records].count("login_failed") == ALLOWED
    # Others are not locked out with it.
    other = make_user("Other Person")
    answer = Client().post("/account/login/", {"login": other.email, "password": PASSWORD})
    assert answer.status_code == 302


@pytest.mark.django_db
def test_the_right_password_in_time_does_not_use_the_limit_up(learner):
    for _ in range(20):
        answer = Client().post("/account/login/", {"login": learner.email, "password": PASSWORD})
        assert answer.status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "data", "allowed"),
    [
        ("/account/login/", {"login": "x", "password": "y"}, 30),
        ("/account/signup/", {"email": "x"}, 20),
        ("/account/password/reset/", {"email": "a@example.org"}, 5),
    ],
)
def test_each_door_has_its_exact_limit(path, data, allowed):
    answers = [Client().post(path, data) for _ in range(allowed + 1)]
    assert all(answer.status_code != 429 for answer in answers[:-1])
    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) > 0
    assert "too often" in answers[-1].content.decode()


@pytest.mark.django_db
def test_login_codes_are_limited_per_address(letters):
    for number in range(5):
        answer = Client().post("/account/login/code/", {"email": "a@example.org"})
        assert answer.status_code == (302 if number < 3 else 422)
    assert len(letters()) == 3


@pytest.mark.django_db
def test_sign_up_in_an_act_counts_as_well(rf):
    from features.accounts import services

    client = Client()
    for _ in range(20):
        assert client.post("/account/signup/", {"email": "x"}).status_code == 422
    request = rf.post("/")
    request.user = client.get("/").wsgi_request.user
    response, _form = services.begin_sign_up(request, {"name": "N", "email": "n@example.org"}, "/")
    assert response.status_code == 429
