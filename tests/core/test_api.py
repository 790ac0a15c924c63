"""What holds for every call of the API, of whatever feature: errors, repeats, limits, conditions, the document."""

import gzip
import json
import re
from datetime import timedelta
from threading import Event

import jsonschema
import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.utils import timezone
from ninja import Schema

from core import api_once
from core.api import api
from core.api_parts import SAFE, Anybody, Member
from core.limits import LIMITS
from core.models import IdempotencyKey
from features.integrations import services as integrations
from features.sessions.models import Registration, SkillSession
from tests.factories import make_session, make_user
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db
SESSIONS = "/api/v1/sessions/"
DRAFT = {"title": "Indexes by hand", "outcome": "Know when an index helps.", "skills": ["PostgreSQL"]}


def token_of(person, *scopes):
    return integrations.make_token(person=person, name="x", wanted=scopes, lasts=timedelta(days=1))[1]


def send(client, method, path, body=None, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    data = json.dumps(body) if isinstance(body, dict) else body or ""
    return client.generic(method, path, data, content_type="application/json", headers=headers)


@pytest.fixture
def caller(client, expert, skill):
    """A client with an expert's token, and that expert."""
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token_of(expert, 'seats:write', 'hosting:read', 'hosting:write')}"
    client.person = expert
    return client


class TestProblems:
    def assert_problem(self, answer, status, code):
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
        body = answer.json()
        jsonschema.validate(body, api.get_openapi_schema()["components"]["schemas"]["Problem"])
        assert (body["status"], body["code"]) == (status, code)
        return body

    @pytest.mark.parametrize("path", ["/api/", "/api/v1/", "/api/v1/nothing/", "/api/v1/sessions", "/api/v2/sessions/"])
    def test_an_address_that_is_none(self, client, path):
        self.assert_problem(client.get(path), 404, "not_found")
        self.assert_problem(client.post(path), 404, "not_found")

    def test_a_method_that_is_none_is_told_which_there_are(self, client):
        answer = client.put(SESSIONS)
        self.assert_problem(answer, 405, "method_not_allowed")
        assert answer["Allow"] == "GET"

    def test_a_stranger_where_one_must_be_known(self, client):
        answer = client.get("/api/v1/registrations/")
        self.assert_problem(answer, 401, "sign_in")
        assert answer["WWW-Authenticate"] == "Bearer"

    @pytest.mark.parametrize(
        "body", ["{", "\ud800".encode("utf-8", "surrogatepass"), '{"title": "\\u0000"}', "[" * 5000]
    )
    def test_what_is_no_usable_json(self, caller, body):
        self.assert_problem(send(caller, "POST", "/api/v1/hosting/", body), 400, "bad_request")

    def test_half_of_a_pair(self, caller):
        self.assert_problem(send(caller, "POST", "/api/v1/hosting/", '{"title": "\\ud800"}'), 400, "bad_request")

    @pytest.mark.parametrize("path", ["sessions/?q=%00", "sessions/?%00=q"])
    def test_nul_in_an_address_finds_nothing_to_say(self, client, path):
        assert client.get(f"/api/v1/{path}").status_code in (200, 422)

    def test_nul_in_the_path(self, caller):
        self.assert_problem(caller.put("/api/v1/hosting/roster/a%00b/attendance/"), 404, "not_found")

    def test_a_form_where_json_is_wanted(self, caller):
        self.assert_problem(caller.post("/api/v1/hosting/", {"title": "x"}), 415, "media_type")

    def test_nothing_to_say_is_no_fault_where_nothing_has_to_be_said(self, caller, expert):
        session = make_session(make_user("Another Host", role="expert"))
        assert send(caller, "POST", f"{SESSIONS}{session.pk}/registration/").status_code == 201
        answer = send(caller, "POST", "/api/v1/hosting/")
        assert answer.status_code == 422
        assert "#/title" in [fault["pointer"] for fault in answer.json()["errors"]]
        stated = api.get_openapi_schema()["paths"]
        assert not stated["/api/v1/sessions/{pk}/registration/"]["post"]["requestBody"]["required"]
        assert stated["/api/v1/hosting/"]["post"]["requestBody"]["required"]

    def test_values_are_pointed_at(self, caller, client):
        body = self.assert_problem(send(caller, "POST", "/api/v1/hosting/", {"skills": [1]}), 422, "invalid")
        assert {error["pointer"] for error in body["errors"]} == {"#/title", "#/outcome", "#/skills/0"}
        body = self.assert_problem(caller.get(f"{SESSIONS}?page_size=many"), 422, "invalid")
        assert [error["parameter"] for error in body["errors"]] == ["page_size"]

    def test_a_fault_of_ours(self, client, monkeypatch):
        def broken(*args, **more):
            raise RuntimeError("a secret")

        monkeypatch.setattr("features.sessions.api.browsing.page", broken)
        client.raise_request_exception = False
        answer = client.get(SESSIONS)
        self.assert_problem(answer, 500, "server_error")
        assert "secret" not in answer.text

    def test_too_often(self, client, monkeypatch):
        monkeypatch.setitem(LIMITS, "api_stranger", (2, 60))
        assert [client.get(SESSIONS).status_code for _ in range(2)] == [200, 200]
        answer = client.get(SESSIONS)
        self.assert_problem(answer, 429, "too_many")
        assert 0 < int(answer["Retry-After"]) <= 60


class TestLimits:
    def test_each_token_has_its_own_and_is_told_what_is_left(self, client, learner, monkeypatch):
        monkeypatch.setitem(LIMITS, "api", (3, 60))
        first, second = (token_of(learner, "seats:read") for _ in range(2))

        def ask(token):
            return client.get(SESSIONS, headers={"authorization": f"Bearer {token}"})

        said = [ask(first) for _ in range(4)]
        assert [answer.status_code for answer in said] == [200, 200, 200, 429]
        assert [answer.get("RateLimit-Remaining") for answer in said[:3]] == ["2", "1", "0"]
        assert said[0]["RateLimit-Limit"] == "3"
        assert 0 < int(said[0]["RateLimit-Reset"]) <= 60
        assert ask(second).status_code == 200

    def test_guessing_at_tokens_is_counted_by_address(self, client, monkeypatch):
        monkeypatch.setitem(LIMITS, "api_stranger", (2, 60))
        wrong = {"authorization": "Bearer mh_12345678_x"}
        assert [client.get(SESSIONS, headers=wrong).status_code for _ in range(3)] == [401, 401, 429]


class TestConditions:
    def test_what_has_not_changed_is_not_sent_again(self, client, expert):
        session = make_session(expert)
        first = client.get(SESSIONS)
        again = client.get(SESSIONS, headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert client.get(SESSIONS, headers={"if-none-match": f"W/{first['ETag']}"}).status_code == 304
        SkillSession.objects.filter(pk=session.pk).update(seats_taken=1)
        assert client.get(SESSIONS, headers={"if-none-match": first["ETag"]}).status_code == 200

    def test_nor_is_the_first_of_several_pages_at_another_moment(self, client, expert):
        for _ in range(2):
            make_session(expert)
        first = client.get(f"{SESSIONS}?page_size=1")
        assert first.json()["next"]
        with time_machine.travel(timezone.now() + timedelta(seconds=30)):
            again = client.get(f"{SESSIONS}?page_size=1", headers={"if-none-match": first["ETag"]})
        assert again.status_code == 304

    def test_an_answer_to_a_token_is_kept_by_nobody(self, caller):
        answer = caller.get(SESSIONS)
        assert answer["Cache-Control"] == "private, no-store"
        assert {"Authorization", "Cookie"} <= set(answer["Vary"].split(", "))

    def test_head_is_get_without_a_body(self, client, expert):
        make_session(expert)
        answer = client.head(SESSIONS)
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer["ETag"] == client.get(SESSIONS)["ETag"]


class TestOnce:
    def draft(self, client, key="a key", **body):
        return send(client, "POST", "/api/v1/hosting/", DRAFT | body, idempotency_key=key)

    def test_the_same_key_gets_the_same_answer_byte_for_byte_and_no_second_effect(self, caller):
        first, second = self.draft(caller), self.draft(caller)
        assert first.status_code == second.status_code == 201
        assert second.content == first.content
        assert second["Content-Type"] == first["Content-Type"]
        assert second["Idempotent-Replayed"] == "true"
        assert "Idempotent-Replayed" not in first
        assert SkillSession.objects.count() == 1

    def test_every_unsafe_operation_takes_one(self, caller):
        pk = self.draft(caller).json()["id"]
        path = f"/api/v1/hosting/{pk}/"
        answers = [send(caller, "DELETE", path, idempotency_key="k") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [204, 204]
        assert send(caller, "DELETE", path, idempotency_key="other").status_code == 404

    def test_another_body_is_refused(self, caller):
        self.draft(caller)
        answer = self.draft(caller, title="Something else")
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")
        assert SkillSession.objects.count() == 1

    def test_a_key_is_the_callers_and_the_addresss_own(self, caller, outsider):
        first = self.draft(caller)
        other = Client(headers={"authorization": f"Bearer {token_of(outsider, 'hosting:write')}"})
        assert self.draft(other).json()["id"] != first.json()["id"]
        answer = send(caller, "PATCH", f"/api/v1/hosting/{first.json()['id']}/", DRAFT, idempotency_key="a key")
        assert answer.status_code == 200

    def test_a_refusal_may_be_otherwise_next_time(self, caller, learner):
        session = make_session(make_user("Host", role="expert"), capacity=1)
        SkillSession.objects.update(seats_taken=1)
        path = f"{SESSIONS}{session.pk}/registration/"
        assert send(caller, "POST", path, {}, idempotency_key="k").status_code == 409
        SkillSession.objects.update(seats_taken=0)
        assert send(caller, "POST", path, {}, idempotency_key="k").status_code == 201

    def test_a_fault_of_ours_is_not_kept_and_leaves_no_effect(self, caller, monkeypatch):
        caller.raise_request_exception = False

        def broken(session):
            raise RuntimeError

        with monkeypatch.context() as patch:
            patch.setattr("features.sessions.api.hosting.hosted", broken)
            assert self.draft(caller).status_code == 500
        assert not SkillSession.objects.exists()
        assert self.draft(caller).status_code == 201

    def test_what_is_invalid_stays_invalid(self, caller):
        answers = [self.draft(caller, level=9) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [422, 422]
        assert answers[1]["Idempotent-Replayed"] == "true"

    def test_a_key_of_no_token_is_no_key(self, client):
        assert self.draft(client).status_code == 401
        assert not IdempotencyKey.objects.exists()

    @pytest.mark.parametrize("key", ["", "x" * 101, "\u00e4"])
    def test_keys_have_a_form(self, caller, key):
        answer = self.draft(caller, key)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key")

    def test_it_is_kept_for_a_day(self, caller):
        self.draft(caller)
        almost, over = (timezone.now() + timedelta(hours=n) for n in (23.9, 24.1))
        assert api_once.sweep(now=almost) == 0
        IdempotencyKey.objects.update(kept_at=timezone.now() - timedelta(hours=24, seconds=1))
        assert "Idempotent-Replayed" not in self.draft(caller)
        assert api_once.sweep(now=over) == 1

    def test_the_hourly_sweep_forgets_it(self, caller):
        from core.tasks import forget_expired

        self.draft(caller)
        IdempotencyKey.objects.update(kept_at=timezone.now() - timedelta(hours=25))
        forget_expired()
        assert not IdempotencyKey.objects.exists()

    def test_what_is_kept_cannot_be_read_back_to_a_caller(self, caller):
        self.draft(caller, "a key with a name in it")
        (row,) = IdempotencyKey.objects.values("name", "body_digest")
        assert all(re.fullmatch("[0-9a-f]{64}", value) for value in row.values())


class TestAtOnce:
    @pytest.fixture
    def crowded(self, transactional_db):
        host = make_user("Amara Okonjo", role="expert")
        return make_session(host), token_of(make_user("Sofia Mendes"), "seats:write")

    def test_twenty_identical_calls_have_one_effect(self, crowded):
        session, token = crowded

        def call():
            client = Client(headers={"authorization": f"Bearer {token}", "idempotency-key": "one"})
            return send(client, "POST", f"{SESSIONS}{session.pk}/registration/", {"note": "x"})

        answers = in_parallel([call] * 20)
        assert Registration.objects.count() == 1
        assert SkillSession.objects.get().seats_taken == 1
        assert {answer.status_code for answer in answers} <= {201, 409}
        assert all(a.json()["code"] == "in_flight" for a in answers if a.status_code == 409)
        made = [answer for answer in answers if answer.status_code == 201]
        assert len({answer.content for answer in made}) == 1
        assert sum("Idempotent-Replayed" not in answer for answer in made) == 1

    def test_drafts_have_no_other_guard_and_there_is_one(self, transactional_db):
        """Here nothing but the key keeps twenty calls from having twenty effects."""
        from tests.factories import make_skill

        make_skill("PostgreSQL")
        token = token_of(make_user("Sofia Mendes"), "hosting:write")

        def call():
            client = Client(headers={"authorization": f"Bearer {token}", "idempotency-key": "one"})
            return send(client, "POST", "/api/v1/hosting/", DRAFT)

        in_parallel([call] * 20)
        assert SkillSession.objects.count() == 1

    def test_a_burst_of_fifty_does_not_exceed_the_limit(self, crowded, monkeypatch):
        monkeypatch.setitem(LIMITS, "api", (20, 60))
        _session, token = crowded

        def call():
            return Client(headers={"authorization": f"Bearer {token}"}).get(SESSIONS)

        answers = in_parallel([call] * 50)
        assert sorted(answer.status_code for answer in answers) == [200] * 20 + [429] * 30
        assert all("Retry-After" in answer for answer in answers if answer.status_code == 429)

    def test_while_the_first_is_at_work_the_second_is_told_so(self, crowded, monkeypatch):
        session, token = crowded
        name = {}
        monkeypatch.setattr(api_once, "_lock", lambda text: name.update(of=text))
        client = Client(headers={"authorization": f"Bearer {token}", "idempotency-key": "one"})
        send(client, "POST", f"{SESSIONS}{session.pk}/registration/", {"note": "x"})
        monkeypatch.undo()
        ready, done = Event(), Event()

        def first():
            with transaction.atomic():
                assert api_once._lock(name["of"])
                ready.set()
                assert done.wait(60)

        def second():
            assert ready.wait(60)
            try:
                return send(client, "POST", f"{SESSIONS}{session.pk}/registration/", {"note": "x"})
            finally:
                done.set()

        _none, answer = in_parallel([first, second])
        assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (409, "in_flight", "1")
        assert not Registration.objects.exists()


def operations():
    for router in api._get_bound_routers():
        for path, view in router.path_operations.items():
            for operation in view.operations:
                yield f"{operation.methods} {router.prefix}{path}", operation


def schemas(of=Schema):
    for schema in of.__subclasses__():
        yield schema
        yield from schemas(schema)


class TestDocument:
    def test_a_name_stands_for_one_shape(self, client):
        """Of two with the same name the document would show one for both."""
        written = client.get("/api/v1/openapi.json").json()["components"]["schemas"]
        shapes = {}
        for schema in schemas():
            shape = schema.model_json_schema(ref_template="#/components/schemas/{model}")
            for name, part in ({schema.__name__: shape} | shape.pop("$defs", {})).items():
                if name in written and schema.__module__.startswith("features."):
                    shapes.setdefault(name, {})[json.dumps(part, sort_keys=True)] = schema
        assert len(shapes) > 50
        assert {name: found for name, found in shapes.items() if len(found) > 1} == {}

    def test_is_openapi_31(self, client):
        document = client.get("/api/v1/openapi.json").json()
        assert document["openapi"] == "3.1.0"
        jsonschema.Draft202012Validator.check_schema({"$defs": document["components"]["schemas"]})
        names = set()
        for path, methods in document["paths"].items():
            declared = set(re.findall(r"{(\w+)}", path))
            for operation in methods.values():
                in_path = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
                assert declared == in_path, path
                assert operation["operationId"] not in names
                assert operation["responses"]
                names.add(operation["operationId"])
        for target in set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document))):
            found = document
            for part in target.split("/"):
                found = found[part]

    def test_every_route_stands_in_it(self, client):
        document = client.get("/api/v1/openapi.json").json()
        stated = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
        assert len(stated) == len(list(operations()))
        assert ("POST", "/api/v1/sessions/{pk}/registration/") in stated

    def test_what_changes_something_or_is_somebodys_own_names_a_scope(self):
        """Otherwise tokens could not use it, or could all use it."""
        for name, operation in operations():
            (who,) = operation.auth_callbacks or [None]
            if not set(operation.methods) <= set(SAFE):
                assert isinstance(who, Member), name
                assert not isinstance(who, Anybody), name
            if who is not None:
                assert who.scope, f"{name} is closed to tokens"

    def test_the_page_explains_all_of_it_and_weighs_little(self, client):
        page = client.get("/api/v1/docs/")
        assert len(gzip.compress(page.content)) < 30_000
        for path in api.get_openapi_schema()["paths"]:
            assert path in page.text
        for words in ("Idempotency-Key", "RateLimit-Remaining", "registration.promoted", "is_demo", "/api/v2/", "ETag"):
            assert words in page.text
        assert "<script>" not in page.text

    def test_the_signature_it_shows_is_one(self, client):
        from html import unescape

        from core.signatures import is_signed

        text = unescape(client.get("/api/v1/docs/").text)
        header = re.search(r"Webhook-Signature: (t=\d+,v1=\w+)", text)[1]
        body, secret = re.search(r'\n({"id": "evt_.*})\n?</code>', text)[1], re.search(r"whsec_[\w-]+", text)[0]
        assert is_signed(body, secret, header, int(header[2:12]))
