"""11.5: an organiser says who sees the site, who may join and who may publish, by presets or one by one."""

import pytest
from django.db import IntegrityError, transaction

from core import page_cache
from features.accounts import services
from features.accounts.models import AuditEntry, SiteRules, User
from features.marketing import announcing
from features.sessions import services as sessions
from tests.factories import make_session, make_user

pytestmark = pytest.mark.django_db

PATH = "/manage/rules/"


def rule(organiser, **rules):
    return services.change_rules(by=organiser, after=services.site_rules().pk or 0, **rules)


class TestPage:
    def test_a_preset_is_compared_applied_and_undone(self, in_charge):
        page = in_charge.get(PATH).text
        assert "Private team" in page
        assert page.count("Changes</span>") == 3 + 1
        answer = in_charge.post(PATH, {"act": "team", "after": 0}, follow=True)
        rules = services.site_rules()
        assert (rules.audience, rules.sign_up, rules.hosts) == ("members", "listed", "members")
        assert "nobody can join" in answer.text
        assert f'name="after" value="{rules.pk}"' in answer.text
        assert AuditEntry.objects.get(act="rules.changed").fields == ["audience", "sign_up", "hosts"]
        in_charge.post(PATH, {"act": "undo", "after": rules.pk})
        rules = services.site_rules()
        assert (rules.audience, rules.sign_up, rules.hosts) == ("everybody", "everybody", "experts")

    def test_one_by_one_with_a_list(self, in_charge):
        values = {"act": "save", "after": 0, "audience": "everybody", "sign_up": "listed", "hosts": "experts"}
        refused = in_charge.post(PATH, values | {"listed": "example.org\nnot an address@"})
        assert refused.status_code == 422
        assert "is neither a mail domain nor an address" in refused.text
        assert "not an address@" in refused.text
        in_charge.post(PATH, values | {"listed": "@Example.org\nana@elsewhere.example"})
        assert services.site_rules().listed == ["ana@elsewhere.example", "example.org"]
        assert "ana@elsewhere.example" in in_charge.get(PATH).text

    def test_of_two_at_once_the_second_is_told(self, in_charge, organiser):
        rule(organiser, audience="members")
        answer = in_charge.post(PATH, {"act": "mature", "after": 0})
        assert answer.status_code == 422
        assert "Somebody has changed the rules meanwhile" in answer.text
        with pytest.raises(IntegrityError), transaction.atomic():
            SiteRules.objects.create(after=0)


class TestMembersOnly:
    @pytest.fixture(autouse=True)
    def closed(self, organiser):
        rule(organiser, audience="members")

    def test_strangers_are_led_to_the_log_in_and_members_are_not(self, client, learner, expert):
        session = make_session(expert)
        answer = client.get(session.get_absolute_url())
        assert answer["Location"] == f"/account/login/?next={session.get_absolute_url()}"
        assert client.get("/account/login/").status_code == 200
        client.force_login(learner)
        assert client.get(session.get_absolute_url()).status_code == 200

    def test_so_do_machines(self, client, expert):
        assert client.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"
        for path in ("/sitemap.xml", "/feeds/sessions.atom", "/feeds/sessions.ics"):
            assert client.get(path).status_code == 404, path
        answer = client.get("/api/v1/sessions/")
        assert answer.status_code == 401
        assert answer["Content-Type"] == "application/problem+json"
        wrong = client.get("/api/v1/sessions/", headers={"Authorization": "Bearer nothing"})
        assert wrong.status_code == 401

    def test_an_announcement_is_for_members(self, client, organiser):
        announcing.announce(by=organiser, words="The offsite is in Porto", hours=5)
        assert "Porto" not in client.get("/account/login/").text


@pytest.mark.django_db(transaction=True)
def test_a_page_that_was_kept_is_not_shown_any_more(client, organiser, settings):
    settings.PAGE_CACHE_MB = 8
    page_cache.install()
    page_cache.store.clear()
    for _ in range(2):
        assert client.get("/sessions/").status_code == 200
    rule(organiser, audience="members")
    assert client.get("/sessions/").status_code == 302


class TestJoining:
    @pytest.mark.parametrize(
        ("address", "may"), [("ana@example.org", True), ("BO@Else.example", True), ("ana@sub.example.org", False)]
    )
    def test_by_domain_or_address(self, organiser, client, address, may):
        rule(organiser, sign_up="listed", listed=["example.org", "bo@else.example"])
        assert services.may_join(address) is may
        assert "One that the organisers have listed" in client.get("/account/signup/").text
        answer = client.post("/account/signup/", {"name": "New Person", "email": address})
        assert answer.status_code == (302 if may else 422)
        assert User.objects.filter(email=address.lower()).exists() is may

    def test_the_answer_tells_nothing_of_who_is_here(self, organiser, client):
        make_user("Here Already", email="here@elsewhere.example")
        rule(organiser, sign_up="listed", listed=["example.org"])
        said = [
            client.post("/account/signup/", {"name": "New", "email": f"{name}@elsewhere.example"})
            .context["form"]
            .errors
            for name in ("here", "nobody")
        ]
        assert said[0] == said[1] != {}

    def test_whoever_is_erased_stands_in_no_list(self, organiser, learner):
        rule(organiser, sign_up="listed", listed=[learner.email, "example.org"])
        services.unlist(learner.email)
        assert services.site_rules().listed == ["example.org"]


def test_every_member_may_publish_where_that_is_the_rule(organiser, learner, skill):
    draft = make_session(learner, about=[skill], published=False)
    with pytest.raises(sessions.HostingRefused):
        sessions.publish(session=draft, by=learner)
    rule(organiser, hosts="members")
    sessions.publish(session=draft, by=learner)
    draft.refresh_from_db()
    assert draft.is_published
