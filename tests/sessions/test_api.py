"""The API of sessions: the same verbs and the same refusals as the pages."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from features.sessions import services
from features.sessions.api.hosting import Wording
from features.sessions.joining import VERDICTS
from features.sessions.models import Registration, SkillSession, WaitlistEntry
from tests.factories import make_session, make_skill, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def session(expert, skill):
    return make_session(expert, about=[skill], room_url="https://meet.example.org/secret", time_zone="Africa/Lagos")


def url(session, rest=""):
    return f"/api/v1/sessions/{session.pk}/{rest}"


def hosting(session, rest=""):
    return f"/api/v1/hosting/{session.pk}/{rest}"


def send(client, method, path, **body):
    return client.generic(method, path, json.dumps(body), content_type="application/json")


def post(client, session, **body):
    return send(client, "POST", url(session, "registration/"), **body)


class TestBrowsing:
    def test_lists_what_is_coming_to_everybody(self, client, session):
        (row,) = client.get("/api/v1/sessions/").json()["items"]
        assert row["title"] == session.title
        assert (row["host"], row["skills"]) == ("amara-okonjo", ["postgresql"])
        assert "secret" not in json.dumps(row)

    def test_times_carry_offset_and_zone_and_money_its_currency(self, client, expert):
        start = timezone.now().replace(year=2031, month=7, day=4, hour=9, minute=0, second=0, microsecond=0)
        session = make_session(expert, starts_at=start, time_zone="Europe/Berlin", price_minor=1250)
        row = client.get(url(session)).json()
        assert row["starts"] == {"at": "2031-07-04T11:00:00+02:00", "time_zone": "Europe/Berlin"}
        assert row["price"] == {"minor": 1250, "currency": "EUR"}

    def test_a_time_before_there_were_zones_is_said_in_utc(self, client, expert):
        """Berlin was 53 minutes and 28 seconds ahead then, and an offset has no seconds."""
        session = make_session(expert, starts_at=datetime(1820, 7, 4, 9, tzinfo=UTC), time_zone="Europe/Berlin")
        assert client.get(url(session)).json()["starts"]["at"] == "1820-07-04T09:00:00Z"

    def test_what_was_made_up_for_the_demo_says_so(self, client, session, expert):
        assert client.get(url(session)).json()["is_demo"] is False
        type(expert).objects.filter(pk=expert.pk).update(is_demo=True)
        assert client.get(url(session)).json()["is_demo"] is True

    def test_a_draft_is_not_there(self, client, expert):
        draft = make_session(expert, published=False)
        client.force_login(expert)
        answer = client.get(url(draft))
        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"

    def test_pages_by_cursor_each_session_once(self, client, expert):
        made = {make_session(expert, starts_in=timedelta(days=1 + n // 2)).pk for n in range(7)}
        seen, address = [], "/api/v1/sessions/?page_size=3"
        while address:
            page = client.get(address).json()
            assert len(page["items"]) <= 3
            seen += [row["id"] for row in page["items"]]
            address = page["next"]
        assert sorted(seen) == sorted(made)

    def test_a_page_has_a_cap_and_a_cursor_fits_its_order_only(self, client, expert):
        for _ in range(2):
            make_session(expert)
        assert client.get("/api/v1/sessions/?page_size=51").status_code == 422
        cursor = client.get("/api/v1/sessions/?page_size=1").json()["next"].partition("cursor=")[2]
        assert client.get(f"/api/v1/sessions/?cursor={cursor}").status_code == 200
        for wrong in (f"{cursor}&order=-changed", "forged"):
            answer = client.get(f"/api/v1/sessions/?cursor={wrong}")
            assert (answer.status_code, answer.json()["code"]) == (422, "cursor")

    def test_filters_and_orders_as_documented(self, client, expert, skill):
        near = make_session(expert, title="Near", about=[skill], level=2)
        far = make_session(expert, title="Far", starts_in=timedelta(days=9), level=4)

        def ids(query):
            return [row["id"] for row in client.get(f"/api/v1/sessions/?{query}").json()["items"]]

        assert ids("order=-starts") == [far.pk, near.pk]
        assert ids("level=4&level=5") == [far.pk]
        assert ids("skill=postgresql") == [near.pk]
        assert client.get("/api/v1/sessions/?kind=party").status_code == 422

    def test_modified_since_finds_changes_and_cancellations(self, client, session, expert):
        long_ago = timezone.now() - timedelta(days=2)
        SkillSession.objects.update(published_at=long_ago, updated_at=long_ago)
        since = (timezone.now() - timedelta(hours=1)).isoformat().replace("+", "%2B")
        address = f"/api/v1/sessions/?modified_since={since}"
        assert client.get(address).json()["items"] == []
        services.cancel_session(session=session, by=expert, reason="Ill")
        (row,) = client.get(address).json()["items"]
        assert row["is_cancelled"] is True
        type(expert).objects.filter(pk=expert.pk).update(is_active=False)  # nobody who has no seat sees what they host
        assert client.get(address).json()["items"] == []
        for when, status in (
            ("0120-03-02T11:05:41%2B19:25", 200),
            ("0001-01-01T00:00Z", 422),
            ("9999-12-31T23:00-23:00", 422),
        ):
            assert client.get(f"/api/v1/sessions/?modified_since={when}").status_code == status

    def test_fields_and_expansions(self, client, session):
        parent = make_skill("Databases")
        type(parent).objects.filter(slug="postgresql").update(parent=parent)
        (row,) = client.get("/api/v1/sessions/?fields=id,host&expand=host").json()["items"]
        assert row == {"id": session.pk, "host": row["host"]}
        assert row["host"]["name"] == "Amara Okonjo"
        assert client.get(url(session, "?expand=skills")).json()["skills"][0]["parent"] == "databases"
        deep = client.get(url(session, "?expand=skills.parent")).json()["skills"][0]["parent"]
        assert deep["name"] == "Databases"
        for wrong, code in (("expand=skills.parent.parent", "expand"), ("fields=secret", "fields")):
            answer = client.get(url(session, f"?{wrong}"))
            assert (answer.status_code, answer.json()["code"]) == (422, code)

    @pytest.mark.parametrize("expand", ["", "host,skills,skills.parent"])
    def test_a_list_takes_as_many_queries_for_twenty_as_for_two(self, client, expand):
        def count():
            with CaptureQueriesContext(
                connection,
            ) as queries:
                client.get(f"/api/v1/sessions/?page_size=50&expand={expand}")
            return len(queries)

        def some(n):
            for i in range(n):
                parent = make_skill(f"Area {i} of {n}")
                child = make_skill(f"Part {i} of {n}", parent=parent)
                make_session(make_user(f"Host {i} of {n}"), about=[parent, child])

        some(2)
        few = count()
        some(18)
        assert count() == few


class TestSeats:
    def test_takes_a_seat_and_gives_it_back_by_the_pages_own_verbs(self, client, session, learner):
        client.force_login(learner)
        answer = post(client, session, note="A slow query")
        assert answer.status_code == 201
        seat = Registration.objects.get()
        assert (answer.json()["id"], seat.note) == (seat.public_id, "A slow query")
        assert post(client, session).json()["id"] == seat.public_id
        assert client.delete(url(session, "registration/")).status_code == 204
        assert not Registration.objects.active().exists()

    def test_a_refusal_carries_the_pages_reason_code_and_next_step(self, client, expert, learner):
        session = make_session(expert, capacity=1)
        services.register(session=session, person=make_user("First"))
        client.force_login(learner)
        answer = post(client, session)
        assert answer.status_code == 409
        problem = answer.json()
        assert (problem["code"], problem["step"]) == ("full", VERDICTS["full"].step)
        assert client.get(url(session, "standing/")).json()["code"] == "full"

    def test_a_stranger_is_told_to_sign_in(self, client, session):
        answer = post(client, session)
        assert answer.status_code == 401
        assert (answer.json()["code"], answer["WWW-Authenticate"]) == ("sign_in", "Bearer")

    def test_extra_fields_change_nothing(self, client, session, learner, outsider):
        client.force_login(learner)
        post(client, session, note="x", person=outsider.pk, confirmed_at=None, price_minor=0)
        assert Registration.objects.get().person == learner

    def test_values_that_cannot_be_used_are_named(self, client, session, learner):
        client.force_login(learner)
        answer = post(client, session, note="x" * 501)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "#/note"

    def test_the_line_is_joined_seen_and_left(self, client, expert, learner):
        session = make_session(expert, capacity=1)
        services.register(session=session, person=make_user("First"))
        client.force_login(learner)
        place = send(client, "POST", url(session, "waitlist/"), note="").json()
        assert (place["position"], place["offer_until"]) == (1, None)
        assert client.get(url(session, "waitlist/")).json() == place
        assert client.delete(url(session, "waitlist/")).status_code == 204
        assert not WaitlistEntry.objects.filter(left_at=None).exists()
        assert client.get(url(session, "waitlist/")).status_code == 404

    def test_lists_ones_own_seats_only(self, client, session, learner, outsider):
        services.register(session=session, person=outsider)
        seat = services.register(session=session, person=learner)
        client.force_login(learner)
        (row,) = client.get("/api/v1/registrations/?expand=session").json()["items"]
        assert (row["id"], row["session"]["id"]) == (seat.public_id, session.pk)


class TestHosting:
    WORDING = {"title": "Indexes by hand", "outcome": "Know when an index helps.", "skills": ["Postgres"]}

    def test_writes_publishes_changes_and_calls_off(self, client, expert, skill):
        client.force_login(expert)
        start = "2031-10-26T02:30:00+01:00"  # the second of the two hours of that night
        made = send(
            client, "POST", "/api/v1/hosting/", **self.WORDING, starts_at=start, time_zone="Europe/Berlin", minutes=60
        )
        assert made.status_code == 201
        session = SkillSession.objects.get()
        assert (made.json()["state"], made.json()["starts"]["at"]) == ("draft", start)
        assert send(client, "POST", hosting(session, "publication/")).json()["state"] == "published"
        changed = send(client, "PATCH", hosting(session), title="Indexes, again", follow_up_minutes=1440)
        assert changed.json()["wording"]["follow_up_minutes"] == 1440
        assert changed.json()["wording"]["title"] == "Indexes, again"
        assert changed.json()["starts"]["at"] == start
        assert changed.json()["wording"]["skills"] == ["PostgreSQL"]
        off = send(client, "POST", hosting(session, "cancellation/"), reason="I am ill.")
        assert off.json()["state"] == "cancelled"
        session.refresh_from_db()
        assert session.cancellation_reason == "I am ill."

    def test_what_the_form_refuses_is_said_in_the_apis_names(self, client, expert, skill):
        client.force_login(expert)
        answer = send(client, "POST", "/api/v1/hosting/", **{**self.WORDING, "skills": ["Basketry"]})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/skills")
        assert "Basketry" in answer.json()["errors"][0]["detail"]
        for name, value in (("title", "\u200b"), ("outcome", "\x01"), ("starts_at", "9999-12-31T23:00:00Z")):
            answer = send(client, "POST", "/api/v1/hosting/", **{**self.WORDING, name: value})
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"#/{name}")
        answer = send(client, "POST", "/api/v1/hosting/", **self.WORDING, time_zone="Moon/Base")
        assert answer.json()["errors"][0]["pointer"] == "#/time_zone"

    def test_nothing_in_place_of_a_word_is_taken_or_refused_by_name(self, client, expert, skill):
        client.force_login(expert)
        session = make_session(expert, about=[skill])
        for name in Wording.model_fields:
            answer = send(client, "PATCH", hosting(session), **{name: None})
            assert answer.status_code == 200 or (answer.status_code < 500 and name in answer.text), name

    def test_a_learner_may_write_and_not_publish(self, client, learner, skill):
        client.force_login(learner)
        pk = send(client, "POST", "/api/v1/hosting/", **self.WORDING, starts_at="2031-01-01T10:00:00Z").json()["id"]
        answer = send(client, "POST", f"/api/v1/hosting/{pk}/publication/")
        assert (answer.status_code, answer.json()["code"]) == (409, "not_an_expert")

    def test_a_change_to_what_has_changed_meanwhile_is_refused(self, client, session, expert, learner):
        client.force_login(expert)
        tag = client.get(hosting(session))["ETag"]
        services.register(session=session, person=learner)  # is no change of the wording
        body = json.dumps({"title": "Mine"})

        def patch(tag):
            return client.patch(hosting(session), body, content_type="application/json", headers={"if-match": tag})

        assert patch(f"W/{tag}").status_code == 200
        answer = patch(tag)
        assert (answer.status_code, answer.json()["code"]) == (412, "changed")

    def test_drafts_are_thrown_away_and_published_ones_are_not(self, client, session, expert):
        draft = make_session(expert, published=False)
        client.force_login(expert)
        assert client.delete(hosting(draft)).status_code == 204
        answer = client.delete(hosting(session))
        assert (answer.status_code, answer.json()["code"]) == (409, "published")

    def test_the_roster_and_the_check_in_are_the_hosts(self, client, expert, learner, outsider, skill):
        session = make_session(expert, about=[skill], starts_in=timedelta(minutes=10))
        seat = services.register(session=session, person=learner, note="Hello")
        address = f"/api/v1/hosting/roster/{seat.public_id}/attendance/"
        client.force_login(outsider)
        assert client.get(f"/api/v1/hosting/roster/{session.pk}/").status_code == 404
        assert client.put(address).status_code == 404
        client.force_login(expert)
        (row,) = client.get(f"/api/v1/hosting/roster/{session.pk}/").json()["items"]
        assert (row["name"], row["note"], row["attended_at"]) == ("Sofia Mendes", "Hello", None)
        assert client.put(address).json()["attendance_source"] == "check_in"
        assert client.delete(address).status_code == 204
        early = services.register(session=make_session(expert), person=learner)
        answer = client.put(f"/api/v1/hosting/roster/{early.public_id}/attendance/")
        assert (answer.status_code, answer.json()["code"]) == (409, "check_in_closed")
