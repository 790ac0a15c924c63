from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def area(db):
    return factories.make_skill("Databases")


@pytest.fixture
def postgres(area):
    return factories.make_skill("PostgreSQL", synonyms=["Postgres", "PSQL"], parent=area)


class TestSkillPage:
    def test_says_what_it_is_what_else_it_is_called_and_what_is_on(self, client, expert, postgres):
        session = factories.make_session(expert, about=[postgres], title="Reading a query plan")
        page = client.get("/skills/postgresql/").content.decode()
        for words in ("<h1>PostgreSQL</h1>", "Also called Postgres, PSQL.", "Reading a query plan", expert.name):
            assert words in page, words
        assert session.get_absolute_url() in page
        assert 'href="/skills/databases/"' in page
        assert "noindex" not in page

    def test_an_area_shows_what_is_on_below_it_once(self, client, expert, area, postgres):
        factories.make_session(expert, about=[postgres, area], title="Reading a query plan")
        page = client.get("/skills/databases/").content.decode()
        assert page.count("<h3><a") == 1
        assert 'href="/skills/postgresql/"' in page

    def test_without_anything_on_it_is_not_indexed_and_says_what_to_do(self, client, postgres):
        page = client.get("/skills/postgresql/").content.decode()
        assert '<meta name="robots" content="noindex">' in page
        assert "canonical" not in page
        assert "Host a session" in page

    def test_drafts_cancelled_and_past_sessions_do_not_count(self, client, expert, postgres):
        factories.make_session(expert, about=[postgres], title="A draft", published=False)
        gone = factories.make_session(expert, about=[postgres], title="Called off", starts_in=timedelta(days=5))
        gone.cancelled_at = timezone.now()
        gone.save()
        factories.make_session(expert, about=[postgres], title="Long ago", starts_in=timedelta(days=-5))
        page = client.get("/skills/postgresql/").content.decode()
        for title in ("A draft", "Called off", "Long ago"):
            assert title not in page
        assert "noindex" in page

    @pytest.mark.parametrize("slug", ["elephants", "-", "PostgreSQL"])
    def test_an_unknown_skill_is_not_found(self, client, postgres, slug):
        assert client.get(f"/skills/{slug}/").status_code == 404

    def test_a_stranger_gets_the_same_page_as_every_stranger(self, client, postgres):
        response = client.get("/skills/postgresql/")
        assert not response.cookies
        assert "public" in response["Cache-Control"]

    def test_a_member_sees_it_too(self, client, learner, postgres):
        client.force_login(learner)
        assert client.get("/skills/postgresql/")["Cache-Control"] == "private, no-store"

    def test_the_queries_do_not_grow_with_sessions_and_hosts(self, client, postgres):
        def count(hosts):
            from django.db import connection
            from django.test.utils import CaptureQueriesContext

            for number in range(hosts):
                host = factories.make_user(f"Host {hosts}-{number}")
                factories.make_session(host, about=[postgres], starts_in=timedelta(days=1, hours=number))
            with CaptureQueriesContext(connection) as queries:
                client.get("/skills/postgresql/")
            return len(queries)

        assert count(1) == count(6)


class TestSitemap:
    def test_names_skills_that_have_something_on_and_their_areas(self, client, expert, area, postgres):
        factories.make_skill("Welding")
        factories.make_session(expert, about=[postgres])
        page = client.get("/sitemap-skills.xml").content.decode()
        assert page.count("<loc>") == 2
        assert "/skills/postgresql/</loc>" in page
        assert "/skills/databases/</loc>" in page
