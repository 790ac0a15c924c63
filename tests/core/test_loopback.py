"""One's own machine has several names, and the site one of them."""

import pytest

HOME = "http://localhost:8000"


@pytest.mark.django_db
class TestNames:
    @pytest.fixture(autouse=True)
    def site(self, settings):
        settings.IS_LOOPBACK, settings.SITE_URL, settings.ALLOWED_HOSTS = True, HOME, ["localhost"]

    @pytest.mark.parametrize("name", ["127.0.0.1:8000", "127.0.0.1", "[::1]:8000"])
    def test_a_visit_by_another_one_is_led_to_the_name_of_cookies_and_forms(self, client, name):
        answer = client.get("/sessions/?q=a%20b", headers={"host": name})
        assert (answer.status_code, answer["Location"]) == (302, f"{HOME}/sessions/?q=a%20b")
        # A page is kept for the right name alone, and what would change something is not moved about.
        assert client.get("/skills/", headers={"host": "localhost:8000"}).status_code == 200
        assert client.get("/skills/", headers={"host": name}).status_code == 302
        assert client.post("/account/login/", headers={"host": name}).status_code == 400

    def test_a_name_that_is_allowed_stays(self, client, settings):
        settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
        assert client.get("/skills/", headers={"host": "127.0.0.1:8000"}).status_code == 200

    @pytest.mark.parametrize("name", ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", ""])
    def test_others_are_refused_as_ever(self, client, name):
        assert client.get("/skills/", headers={"host": name}).status_code == 400

    @pytest.mark.parametrize(("is_loopback", "url"), [(False, HOME), (True, "https://learn.example.org")])
    def test_where_others_can_come_nobody_is_led(self, client, settings, is_loopback, url):
        settings.IS_LOOPBACK, settings.SITE_URL = is_loopback, url
        assert client.get("/skills/", headers={"host": "127.0.0.1:8000"}).status_code == 400
