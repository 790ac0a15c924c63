import pytest

from features.skills.models import Skill

pytestmark = pytest.mark.django_db


class TestBrowse:
    def test_a_stranger_sees_all_areas_with_their_skills(self, client, starter):
        page = client.get("/skills/").content.decode()
        for words in (
            "<h1>Skills</h1>",
            "Trades and engineering",
            'href="/skills/postgresql/"',
            'href="/skills/csharp/"',
        ):
            assert words in page, words
        assert 'rel="canonical"' in page

    def test_the_search_works_as_a_plain_form(self, client, starter):
        page = client.get("/skills/", {"q": "postgers"}).content.decode()
        assert 'href="/skills/postgresql/"' in page
        assert 'href="/skills/welding/"' not in page
        assert 'value="postgers"' in page
        assert "noindex" in page

    def test_htmx_gets_the_results_alone(self, client, starter):
        response = client.get("/skills/", {"q": "weld"}, headers={"hx-request": "true"})
        page = response.content.decode().strip()
        assert page.startswith('<div id="results"')
        assert "Welding" in page
        assert "HX-Request" in response["Vary"]

    def test_when_nothing_is_like_it_everything_is_shown(self, client, starter):
        page = client.get("/skills/", {"q": "xyzzyq <b>"}).content.decode()
        assert "No skill is called “xyzzyq &lt;b&gt;”" in page
        assert 'href="/skills/welding/"' in page

    def test_a_site_without_skills_says_so(self, client):
        for level in (Skill.objects.exclude(parent=None), Skill.objects.all()):
            level.delete()
        assert "No skills yet" in client.get("/skills/").content.decode()

    @pytest.mark.parametrize("typed", ["\x00", "\r\nX: y", "%", "_", "'", "a" * 3000, "(", "& | !"])
    def test_odd_words_are_answered(self, client, starter, typed):
        assert client.get("/skills/", {"q": typed}).status_code == 200

    def test_the_queries_do_not_grow_with_the_skills(self, client, starter, django_assert_num_queries):
        with django_assert_num_queries(4):
            client.get("/skills/")

    def test_a_stranger_gets_the_same_page_as_every_stranger(self, client, starter):
        response = client.get("/skills/")
        assert not response.cookies
        assert "public" in response["Cache-Control"]
