import re

import pytest
from django.urls import reverse

from core import nav
from core.context import OWN
from core.limits import LIMITS
from features.accounts import services, zones
from features.accounts.models import FormerHandle, User
from tests.factories import make_user

pytestmark = pytest.mark.django_db

PATH = "/account/preferences/"
GOOD = {
    "name": "Sofia Mendes-Lindt",
    "handle": "sofia",
    "headline": "Logistics analyst",
    "languages": ["pt", "de"],
    "time_zone": "Asia/Kathmandu",
    "theme": "dark",
}


@pytest.fixture
def member(client, learner):
    client.force_login(learner)
    return client


class TestPlaces:
    def test_the_menu_of_every_page_holds_what_is_needed_most_and_a_page_all_the_rest_by_task(self, member):
        page = member.get("/account/places/").text
        menu, _sign, rest = page.partition('aria-label="Your places"')[2].partition("</nav>")
        near = re.findall(r'<a href="([^"]+)"', menu)
        assert len(near) <= 10
        assert near[-1] == "/account/places/"
        places = re.findall(r'<li><a href="([^"]+)">[^<]+</a><br><small class="muted">([^<]+)</small>', rest)
        assert set(near[:-1]) < {url for url, _about in places}
        for title in ("Your time", "Learning", "Teaching", "About you", "Settings"):
            assert f">{title}</h2>" in rest
        assert len(places) == sum(len(column["links"]) for column in nav.columns(OWN, "/"))

    def test_a_place_of_ones_own_says_what_one_does_there(self):
        assert all(link["about"] for column in nav.columns(OWN, "/") for link in column["links"])


class TestPreferences:
    def test_the_address_is_the_one_the_frame_links_to(self):
        assert reverse("preferences") == PATH

    def test_what_is_said_is_saved(self, member, learner):
        answer = member.post(PATH, GOOD, follow=True)
        assert answer.redirect_chain == [(PATH, 303)]
        learner.refresh_from_db()
        assert {name: getattr(learner, name) for name in GOOD} == GOOD
        page = answer.content.decode()
        assert "Saved." in page
        assert 'data-theme="dark"' in page
        assert "data-guest" not in page

    def test_htmx_is_answered_by_header(self, member):
        answer = member.post(PATH, GOOD, headers={"HX-Request": "true"})
        assert (answer.status_code, answer["HX-Redirect"]) == (200, PATH)

    def test_a_stranger_logs_in_first(self, client):
        assert client.get(PATH)["Location"] == f"/account/login/?next={PATH}"
        assert client.post(PATH, GOOD)["Location"] == f"/account/login/?next={PATH}"

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("name", "", "required"),
            ("name", "\u200b\u2800 \u3164", "required"),
            ("handle", "Sofia!", "small letters"),
            ("handle", "so", "small letters"),
            ("handle", "9sofia", "small letters"),
            ("handle", "moderator", "kept for the people who run the site"),
            ("handle", "m0derat0rs", "kept for the people who run the site"),
            ("handle", "adm1n", "kept for the people who run the site"),
            ("handle", "rnasteryhub-support", "kept for the people who run the site"),
            ("headline", "x" * 121, "At most 120"),
            ("languages", [], "at least one language"),
            ("languages", ["xx"], "Choose one of those that are offered."),
            ("time_zone", "Moon/Tranquility", "Choose one of those that are offered."),
            ("theme", "pink", "Choose one of those that are offered."),
        ],
    )
    def test_what_is_wrong_is_said_at_the_field(self, member, learner, field, value, words):
        answer = member.post(PATH, GOOD | {field: value})
        assert answer.status_code == 422
        page = answer.content.decode()
        assert words in page
        assert f'id="id_{field}_error"' in page
        before = learner.handle
        learner.refresh_from_db()
        assert learner.handle == before

    def test_the_frame_shows_who_one_is_not_what_was_refused(self, member):
        page = member.post(PATH, GOOD | {"name": "Refused Name", "theme": "pink"}).content.decode()
        assert "<strong>Sofia Mendes</strong>" in page

    def test_the_device_may_choose_the_colours_again(self, member, learner):
        member.post(PATH, GOOD)
        page = member.post(PATH, GOOD | {"theme": "auto"}, follow=True).content.decode()
        assert "data-theme" not in page
        learner.refresh_from_db()
        assert learner.theme == ""

    def test_a_handle_that_somebody_has_or_had_is_refused(self, member):
        other = make_user("Other Person")
        answer = member.post(PATH, GOOD | {"handle": "other-person"})
        assert answer.status_code == 422
        services.change_preferences(person=other, handle="someone-else")
        answer = member.post(PATH, GOOD | {"handle": "other-person"})
        assert answer.status_code == 422
        assert "This handle is taken" in answer.content.decode()

    def test_nobody_takes_one_good_handle_after_another(self, member, learner):
        """Those of before stay theirs, so that nobody passes for them."""
        most = LIMITS["handle"][0]
        answers = [member.post(PATH, GOOD | {"handle": f"good-{n}"}) for n in range(most + 1)]
        assert [answer.status_code for answer in answers] == [303] * most + [429]
        assert FormerHandle.objects.count() == most
        learner.refresh_from_db()
        assert learner.handle == f"good-{most - 1}"

    def test_more_fields_than_asked_change_nothing(self, member, learner):
        extra = {"is_staff": "on", "is_superuser": "on", "role": "organiser", "email": "x@example.org", "is_active": ""}
        member.post(PATH, GOOD | extra | {"is_demo": "on", "id": "1", "password": "x", "joined_at": "2000-01-01"})
        after = User.objects.get(pk=learner.pk)
        assert (after.is_superuser, after.is_staff, after.is_active, after.is_demo) == (False, False, True, False)
        assert (after.email, after.password, after.joined_at) == (learner.email, learner.password, learner.joined_at)

    def test_a_name_stays_on_one_line(self, member, learner):
        member.post(PATH, GOOD | {"name": "Sofia\r\nBcc: all@example.org", "headline": "a\r\nb"})
        learner.refresh_from_db()
        assert (learner.name, learner.headline) == ("Sofia Bcc: all@example.org", "a b")

    def test_without_a_zone_the_browsers_is_filled_in(self, client):
        person = make_user("Zoe Nowhere", time_zone="")
        client.force_login(person)
        page = client.get(PATH).content.decode()
        assert "data-zone" in page
        assert "data-guest" in page
        assert '<option value="" selected>' in page

    def test_an_old_zone_name_stays_choosable(self, client):
        person = make_user("Old Zone", time_zone="Japan")
        client.force_login(person)
        assert '<option value="Japan" selected>' in client.get(PATH).content.decode()
        assert client.post(PATH, GOOD | {"time_zone": "Japan"}).status_code == 303


class TestAccountPage:
    def test_it_leads_everywhere(self, member):
        page = member.get("/account/").content.decode()
        for name in (
            "preferences",
            "account_email",
            "account_change_password",
            "mfa_index",
            "mfa_list_webauthn",
            "usersessions_list",
            "account_logout",
        ):
            assert f'"{reverse(name)}"' in page, name
        assert "/manage/" not in page

    def test_an_organiser_finds_the_house(self, in_charge):
        assert '"/manage/"' in in_charge.get("/account/").content.decode()

    def test_a_stranger_logs_in_first(self, client):
        assert client.get("/account/")["Location"] == "/account/login/?next=/account/"

    def test_it_takes_no_more_queries_for_many_sessions(self, member, learner, django_assert_max_num_queries):
        from allauth.usersessions.models import UserSession

        for number in range(20):
            UserSession.objects.create(user=learner, ip="::1", session_key=f"{number}", user_agent="x")
        with django_assert_max_num_queries(10):
            member.get("/account/")

    def test_personal_pages_are_kept_by_nobody(self, member):
        for path in ("/account/", PATH):
            policy = member.get(path)["Cache-Control"]
            assert "private" in policy
            assert "no-store" in policy


class TestZones:
    def test_every_continent_is_there_and_names_read_well(self):
        listed = {str(continent): dict(group) for continent, group in zones.choices()}
        assert listed["Europe"]["Europe/Lisbon"] == "Lisbon"
        assert listed["America"]["America/Argentina/Buenos_Aires"] == "Buenos Aires, Argentina"
        assert listed["Asia"]["Asia/Calcutta"] == "Calcutta"  # what Chromium says for Kolkata
        assert sum(map(len, listed.values())) > 400

    def test_only_known_zones_pass(self):
        assert zones.clean("Europe/Lisbon") == "Europe/Lisbon"
        for name in ("", "Moon/Tranquility", "../../etc/passwd", "Europe/Lisbon\x00", "europe/lisbon"):
            assert zones.clean(name) == ""


class TestViewerZone:
    def test_of_a_stranger_nothing_is_asked_but_what_everybody_is_told(self, client, django_assert_num_queries):
        with django_assert_num_queries(1) as asked:
            page = client.get("/account/inactive/")
        assert "marketing_announcement" in asked[0]["sql"]
        assert "data-guest" in page.content.decode()

    def test_strangers_see_the_sites_zone_and_members_their_own(self, member, client, rf, settings):
        from django.utils import timezone

        from features.accounts.middleware import viewer_zone

        seen = []
        middleware = viewer_zone(lambda request: seen.append(timezone.get_current_timezone_name()))
        before = timezone.get_current_timezone_name()
        request = rf.get("/")
        middleware(request)
        assert (request.viewer_zone_is_known, request.person_id, request.theme) == (False, None, "")
        request = rf.get("/")
        request.COOKIES[settings.SESSION_COOKIE_NAME] = "x"
        request.user = make_user("Ravi Thandeka", time_zone="Africa/Johannesburg", theme="light")
        middleware(request)
        assert (request.viewer_zone_is_known, request.person_id, request.theme) == (True, request.user.pk, "light")
        assert seen == [settings.DEFAULT_TIME_ZONE, "Africa/Johannesburg"]
        assert timezone.get_current_timezone_name() == before
