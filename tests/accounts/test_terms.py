"""What one agrees to: versions that are never edited, consent that is recorded, members who are asked again."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from features.accounts import own_data, services
from features.accounts.models import AuditEntry, Consent, Terms, User, site_day
from tests.accounts.conftest import log_in
from tests.accounts.test_sign_up import NEW
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
PAGE = {"accept": "text/html"}
ASK = "/account/consent/"


@pytest.fixture(scope="module")
def publish(organiser):
    def publish(kind="terms", *, text="You are at least 16.", in_days=0, **more):
        after = Terms.objects.filter(kind=kind).count()
        if after:
            more.setdefault("changes", "Seats can be given back later.")
        day = site_day() + timedelta(days=in_days)
        return services.publish_terms(by=organiser, kind=kind, after=after, text=text, in_force_on=day, **more)

    return publish


@pytest.fixture
def inside(learner, client):
    log_in(client, learner)
    return client


def agreed(person):
    return set(Consent.objects.filter(person=person).values_list("terms__kind", "terms__version", "how"))


class TestTexts:
    @pytest.mark.parametrize("path", ["/terms/", "/privacy/"])
    def test_without_any_the_pages_say_so_and_stand_in_the_footer(self, client, path):
        page = client.get(path)
        assert page.status_code == 200
        assert "has not written any yet" in page.text
        assert f'href="{path}"' in client.get("/").text

    def test_the_one_in_force_is_shown_with_version_and_day(self, client, publish):
        publish(text="### Who may join\n\nPeople of **16** and older. <script>alert(1)</script>")
        page = client.get("/terms/")
        assert f"Version 1, in force from {site_day():%-d %B %Y}." in page.text
        assert "<strong>16</strong>" in page.text
        assert "<script>alert" not in page.text
        assert "has not written any yet" in client.get("/privacy/").text

    def test_what_comes_and_what_was_can_be_read_and_says_so(self, client, publish):
        publish(text="The first words")
        publish(text="The second words")
        publish(text="The third words", in_days=9)
        assert "The second words" in client.get("/terms/").text
        assert "no longer in force" in client.get("/terms/?version=1").text
        assert "The first words" in client.get("/terms/?version=1").text
        assert "not in force yet" in client.get("/terms/?version=3").text
        for nonsense in ("4", "0", "x", "²"):
            assert client.get("/terms/", {"version": nonsense}).status_code == 404


class TestPublishing:
    def body(self, **more):
        return {"kind": "terms", "after": 0, "text": "Be kind.", "in_force_on": site_day().isoformat(), **more}

    def test_a_new_version_is_a_new_row_and_an_audit_row(self, in_charge, organiser, publish):
        first = publish()
        page = in_charge.get("/manage/terms/?kind=terms")
        assert first.text in page.text
        services.agree(person=organiser, terms=[first], how="asked")
        answer = in_charge.post("/manage/terms/", self.body(after=1, text="Be kinder.", changes="Kinder."))
        assert (answer.status_code, answer["Location"]) == (303, "/manage/terms/")
        second = Terms.objects.get(version=2)
        assert (second.html.strip(), second.written_by) == ("<p>Be kinder.</p>", organiser)
        first.refresh_from_db()
        assert first.text == "You are at least 16."
        entry = AuditEntry.objects.filter(act="terms.published").latest("pk")
        assert (entry.actor_id, entry.target, entry.fields) == (
            organiser.pk, f"terms:{second.pk}", ["terms", "version:2"],
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"after": 0}, "published meanwhile"),
            ({"changes": ""}, "required"),
            ({"in_force_on": "2020-01-01"}, "Choose today or a later day"),
            ({"in_force_on": (site_day() + timedelta(days=2)).isoformat()}, "version before comes into force later"),
            ({"text": ""}, "required"),
        ],
    )
    def test_what_cannot_be_published_is_said_and_kept(self, in_charge, publish, more, words):
        publish(in_days=5)
        day = (site_day() + timedelta(days=6)).isoformat()
        body = self.body(after=1, text="My long text", changes="All", in_force_on=day)
        answer = in_charge.post("/manage/terms/", body | more)
        assert answer.status_code == 422
        assert words in answer.text
        assert "text" in more or "My long text" in answer.text
        assert Terms.objects.count() == 1

    def test_the_database_holds_one_text_per_version_and_what_changed(self, publish, organiser):
        publish()
        row = {"kind": "terms", "text": "x", "html": "x", "in_force_on": site_day(), "written_by": organiser}
        for faulty in ({"version": 1}, {"version": 0}, {"version": 2, "changes": ""}):
            with pytest.raises((IntegrityError, ValidationError)), transaction.atomic():
                Terms.objects.create(**row | faulty)


class TestSignUp:
    def test_says_what_one_agrees_to_and_records_it(self, client, publish, mailed_code):
        publish(), publish(), publish("privacy"), publish(in_days=3)
        page = client.get("/account/signup/").text
        assert "/terms/?version=2" in page
        assert "/privacy/?version=1" in page
        assert "/terms/?version=3" not in page
        client.post("/account/signup/", NEW)
        person = User.objects.get(email=NEW["email"])
        assert agreed(person) == {("terms", 2, "sign_up"), ("privacy", 1, "sign_up")}
        client.post("/account/confirm-email/", {"code": mailed_code()})
        assert client.get("/", headers=PAGE).status_code == 200  # so nobody asks again

    def test_in_the_middle_of_an_act_too(self, rf, publish, client, expert, skill):
        from tests.factories import make_session

        publish()
        path = f"{make_session(expert, about=[skill]).get_absolute_url()}registration/"
        assert "/terms/?version=1" in client.get(path).text
        client.post(path, {"name": "Nadia", "email": NEW["email"], "time_zone": "UTC"})
        assert agreed(User.objects.get(email=NEW["email"])) == {("terms", 1, "sign_up")}

    def test_without_any_terms_nothing_is_claimed(self, client):
        assert "By joining you agree" not in client.get("/account/signup/").text
        client.post("/account/signup/", NEW)
        assert not Consent.objects.exists()

    def test_account_and_consent_are_one_transaction(self, client, publish, monkeypatch):
        def broken(**_more):
            raise RuntimeError

        publish()
        monkeypatch.setattr(services, "agree", broken)
        client.raise_request_exception = False
        client.post("/account/signup/", NEW)
        assert not User.objects.filter(email=NEW["email"]).exists()

    def test_whoever_has_an_account_is_not_written_down_again(self, client, publish, learner):
        publish()
        client.post("/account/signup/", NEW | {"email": learner.email})
        assert not Consent.objects.exists()


class TestAskedAgain:
    def test_on_the_next_full_page_once_and_then_reading_goes_on(self, inside, publish):
        assert inside.get("/", headers=PAGE).status_code == 200
        publish()
        publish(changes="Hosts answer within two days.")
        assert inside.get("/", headers=PAGE | {"HX-Request": "true"}).status_code == 200
        answer = inside.get("/sessions/?q=sql", headers=PAGE)
        assert answer["Location"] == f"{ASK}?next=%2Fsessions%2F%3Fq%3Dsql"
        page = inside.get(answer["Location"]).text
        assert "Hosts answer within two days." in page
        for way_out in ("/account/logout/", "/account/closure/", "/account/data/", "/terms/?version=2"):
            assert way_out in page
        assert inside.get("/sessions/?q=sql", headers=PAGE).status_code == 200

    def test_what_is_not_in_force_yet_asks_nobody(self, inside, publish):
        publish(in_days=1)
        assert inside.get("/", headers=PAGE).status_code == 200
        assert inside.get(ASK)["Location"] == "/"

    def test_agreeing_is_written_down_and_leads_back(self, inside, learner, publish):
        terms = publish()
        privacy = publish("privacy")
        body = {"version": [terms.pk, privacy.pk], "next": "/sessions/"}
        answer = inside.post(ASK, body)
        assert (answer.status_code, answer["Location"]) == (303, "/sessions/")
        assert agreed(learner) == {("terms", 1, "asked"), ("privacy", 1, "asked")}
        assert inside.get("/", headers=PAGE).status_code == 200
        first = Consent.objects.first().agreed_at
        assert inside.post(ASK, body).status_code == 303
        assert Consent.objects.first().agreed_at == first
        publish()
        assert inside.get("/", headers=PAGE).status_code == 302  # and by the next version again

    def test_only_to_what_was_shown(self, inside, learner, publish):
        shown = publish()
        publish()
        inside.post(ASK, {"version": shown.pk, "next": "//elsewhere.example/"})
        assert agreed(learner) == set()
        assert inside.post(ASK, {"next": "https://elsewhere.example/"})["Location"] == "/"

    def test_to_act_takes_a_yes(self, inside, learner, publish):
        terms = publish()
        body = {"name": "Other Name", "handle": "other", "languages": ["en"], "time_zone": "UTC", "theme": "dark"}
        answer = inside.post(
            "/account/preferences/", body, headers={"referer": "http://testserver/account/preferences/"}
        )
        assert (answer.status_code, answer["Location"]) == (303, f"{ASK}?next=%2Faccount%2Fpreferences%2F")
        assert "Nothing was changed yet" in inside.get(answer["Location"]).text
        learner.refresh_from_db()
        assert learner.name == "Sofia Mendes"
        fragment = inside.post("/account/preferences/", body, headers={"HX-Request": "true"})
        assert fragment["HX-Redirect"].startswith(ASK)
        written = inside.post("/account/preferences/", body, headers={"origin": "http://testserver"})
        assert written["Location"] == f"{ASK}?next=%2Faccount%2Funsent%2F"  # no words are lost on the way
        inside.post(ASK, {"version": terms.pk})
        assert inside.post("/account/preferences/", body)["Location"] == "/account/preferences/"

    def test_the_ways_out_are_open(self, inside, learner, publish):
        publish()
        assert inside.post("/account/reauthenticate/", {"password": PASSWORD})["Location"] != ASK
        assert inside.post("/account/data/")["Location"] == "/account/data/"
        assert inside.get("/account/closure/", headers=PAGE).status_code == 200
        assert inside.get("/terms/", headers=PAGE).status_code == 200
        inside.post("/account/closure/", {"words": "keep", "sure": "on"})
        learner.refresh_from_db()
        assert not learner.is_active

    def test_logging_out_and_in_takes_none(self, inside, learner, publish):
        publish()
        inside.post("/account/logout/")
        assert "_auth_user_id" not in inside.session
        log_in(inside, learner)

    def test_strangers_are_asked_for_nothing_and_log_in_first(self, client, publish):
        publish()
        assert client.get("/", headers=PAGE).status_code == 200
        assert client.get(ASK)["Location"] == f"/account/login/?next={ASK}"

    def test_it_costs_no_query(self, inside, learner, publish):
        def queries(client):
            client.get("/agenda/")
            with CaptureQueriesContext(
                connection,
            ) as counted:
                client.get("/agenda/", headers=PAGE)
            return len(counted)

        before = queries(inside)
        services.agree(person=learner, terms=[publish(), publish("privacy")], how="asked")
        assert queries(inside) == before


class TestApi:
    JSON = {"content_type": "application/json"}

    def test_reading_goes_on_and_acting_is_refused_with_the_next_step(self, inside, publish):
        publish()
        assert inside.get("/api/v1/registrations/").status_code == 200
        answer = inside.post("/api/v1/threads/", json.dumps({}), **self.JSON)
        assert answer.status_code == 403
        assert (answer.json()["code"], answer.json()["step"]) == ("consent", "consent")

    def test_for_a_token_as_well(self, client, learner, publish):
        from features.integrations import services as integrations

        _token, secret = integrations.make_token(
            person=learner, name="a script", wanted=["seats:read"], lasts=timedelta(days=9)
        )
        said = {"authorization": f"Bearer {secret}"}
        publish()
        assert client.get("/api/v1/registrations/", headers=said).status_code == 200
        answer = client.post("/api/v1/threads/", "{}", headers=said, **self.JSON)
        assert answer.json()["code"] == "consent"
        services.agree(person=learner, terms=services.owed_terms(learner), how="asked")
        answer = client.post("/api/v1/threads/", "{}", headers=said, **self.JSON)
        assert answer.json()["code"] != "consent"


class TestPersonalData:
    def test_it_goes_along_and_is_erased(self, learner, publish):
        services.agree(person=learner, terms=[publish()], how="sign_up")
        [row] = own_data.export(learner)["consents"]
        assert (row["terms__kind"], row["terms__version"], row["how"]) == ("terms", 1, "sign_up")
        own_data.erase(learner)
        assert not Consent.objects.exists()


def test_the_demo_has_a_first_version_to_which_its_people_agreed(settings):
    from core import seeds

    settings.DEMO, settings.IS_LOOPBACK = True, True
    now = timezone.now()
    seeds.seeds["accounts"][1](now)
    for _again in range(2):
        seeds.seeds["terms"][1](now)
    assert set(Terms.objects.values_list("kind", "version")) == {("terms", 1), ("privacy", 1)}
    assert "16 years" in Terms.objects.get(kind="terms").html
    person = User.objects.filter(is_demo=True).first()
    assert not services.owed_terms(person)
    assert services.owed_terms(make_user("Real Person"))
