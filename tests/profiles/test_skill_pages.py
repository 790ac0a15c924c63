import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from features.accounts import services as accounts
from features.profiles.access import met_in_a_session
from features.sessions.models import Attendance, Registration, Review
from features.skills import services as skills
from features.skills.models import Block, BlockVisibility, SkillRelation, Visibility
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def area(kept):
    return factories.make_skill("Databases")


@pytest.fixture(scope="module")
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


def show(person, skill, times=8, strength=0.3):
    """Evidence of a kind that alone leads beyond Working."""
    for number in range(times):
        skills.record_evidence(
            person=person,
            skill=skill,
            kind="session_hosted",
            strength=strength,
            happened_at=timezone.now(),
            source=f"session:{person.pk}{number}",
        )


def review(session, *ratings):
    """Reviews by people of their own, who were there."""
    for number, rating in enumerate(ratings):
        person = factories.make_user(f"Guest {session.pk} {number}")
        seat = Registration.objects.create(session=session, person=person, confirmed_at=session.starts_at)
        Attendance.objects.create(registration=seat, source="check_in")
        Review.objects.create(registration=seat, rating=rating)


class TestWhoHasShownIt:
    def test_the_page_names_them_with_level_and_causes(self, client, expert, postgres):
        show(expert, postgres)
        page = client.get("/skills/postgresql/").content.decode()
        assert "Who has shown it here" in page
        assert 'href="/people/amara-okonjo/skills/postgresql/"' in page
        assert "8 causes" in page
        assert "noindex" not in page

    def test_a_claim_or_a_little_is_not_enough(self, client, expert, postgres):
        skills.declare_level(person=expert, skill=postgres, level=5)
        show(expert, postgres, times=1)
        assert "Who has shown it here" not in client.get("/skills/postgresql/").content.decode()

    def test_only_who_is_public_in_person_and_with_their_skills(self, client, expert, learner, organiser, postgres):
        other = factories.make_user("Kwame Boateng", role="expert")
        gone = factories.make_user("Viktor Malm", role="expert")
        for person in (expert, learner, other, gone):
            show(person, postgres)
        BlockVisibility.objects.create(person=other, block=Block.SKILLS, visibility=Visibility.MEMBERS)
        accounts.suspend(person=gone, until=None, page="")
        for viewer in (None, organiser):
            if viewer:
                client.force_login(viewer)
            for url in ("/skills/postgresql/", "/skills/postgresql/people/"):
                page = client.get(url).content.decode()
                assert expert.name in page
                for person in (learner, other, gone):
                    assert person.name not in page

    def test_all_of_them_page_after_page_the_highest_first(self, client, postgres):
        def queries(number, times):
            for n in range(number):
                show(factories.make_user(f"Expert {times} {n}", role="expert"), postgres, times=times)
            with CaptureQueriesContext(connection) as asked:
                page = client.get("/skills/postgresql/people/").content.decode()
            return len(asked), page

        few, _ = queries(2, 8)
        many, page = queries(22, 12)
        assert many == few
        assert page.count('<li class="line ends">') == 20
        assert "Expert 8 " not in page
        assert 'rel="next"' in page
        front = client.get("/skills/postgresql/").content.decode()
        assert front.count('<li class="line ends">') == 6
        assert "All 24" in front

    def test_nobody_is_said_so(self, client, postgres):
        assert "Nobody yet" in client.get("/skills/postgresql/people/").content.decode()


class TestWellReviewed:
    @pytest.mark.parametrize(("ratings", "is_shown"), [((5, 4, 4), True), ((5, 5), False), ((5, 3, 3), False)])
    def test_a_mean_of_four_from_three_on(self, client, expert, postgres, ratings, is_shown):
        session = factories.make_session(expert, about=[postgres], title="Long ago", starts_in=timedelta(days=-5))
        review(session, *ratings)
        page = client.get("/skills/postgresql/").content.decode()
        assert ("Long ago" in page) == is_shown
        assert ("4.3 from 3 reviews" in page) == is_shown

    def test_removed_reviews_and_suspended_hosts_do_not_count(self, client, expert, postgres):
        session = factories.make_session(expert, about=[postgres], title="Long ago", starts_in=timedelta(days=-5))
        review(session, 5, 5, 5, 1)
        Review.objects.filter(rating=1).update(removed_at=timezone.now())
        assert "5.0 from 3 reviews" in client.get("/skills/postgresql/").content.decode()
        accounts.suspend(person=expert, until=None, page="")
        assert "Long ago" not in client.get("/skills/postgresql/").content.decode()


class TestAround:
    def test_what_it_belongs_to_takes_and_goes_with_in_both_directions(self, client, area, postgres):
        names = ("Relational databases", "Set theory", "Data engineering", "psycopg", "Query tuning")
        wider, takes, needing, goes, narrower = (factories.make_skill(name) for name in names)
        kind = SkillRelation.Kind
        for skill, relation, other in (
            (postgres, kind.BROADER, wider),
            (narrower, kind.BROADER, postgres),
            (postgres, kind.ESSENTIAL, takes),
            (needing, kind.ESSENTIAL, postgres),
            (goes, kind.RELATED, postgres),
        ):
            SkillRelation.objects.create(skill=skill, kind=relation, other=other)
        page = client.get("/skills/postgresql/").content.decode()
        groups = re.findall(r'class="t-h3">([^<]*)</h2>.*?</section>', page, re.DOTALL)
        assert groups == ["Part of", "In this area", "Takes", "Needed for", "Goes with"]
        for name in (*names, "Databases"):
            assert f">{name}</a>" in page, name

    def test_what_is_taught_together_and_stands_beside_it_but_nothing_twice(self, client, expert, area, postgres):
        together, beside = factories.make_skill("Spreadsheets"), factories.make_skill("MySQL", parent=area)
        factories.make_session(expert, about=[postgres, together, beside])
        page = client.get("/skills/postgresql/").content.decode()
        similar = page[page.index("Often together, or beside it") :]
        assert similar.index(">Spreadsheets<") > 0
        assert similar.count(">MySQL<") == 1
        assert ">PostgreSQL<" not in similar

    def test_as_many_queries_with_all_of_it_for_many_as_for_few(self, client, expert, area, postgres):
        def count(number):
            for n in range(number):
                name = f"{number} {n}"
                show(factories.make_user(f"Expert {name}", role="expert"), postgres)
                other = factories.make_skill(f"Skill {name}", parent=area)
                SkillRelation.objects.create(skill=postgres, kind="related", other=other)
                past = factories.make_session(expert, about=[postgres, other], starts_in=timedelta(days=-n - 1))
                review(past, 5, 5, 5)
                factories.make_session(expert, about=[postgres], starts_in=timedelta(days=1, hours=2 * n))
            with CaptureQueriesContext(connection) as queries:
                client.get("/skills/postgresql/")
            return len(queries)

        assert count(1) == count(4)


def test_who_did_not_come_has_not_met_the_host(expert, learner):
    session = factories.make_session(expert, starts_in=timedelta(days=-1))
    seat = Registration.objects.create(session=session, person=learner, confirmed_at=session.starts_at)
    attendance = Attendance.objects.create(registration=seat, source="not_seen", state="absent")
    assert not met_in_a_session(expert, learner)
    attendance.state, attendance.source = "present", "correction"
    attendance.save()
    assert met_in_a_session(expert, learner)
