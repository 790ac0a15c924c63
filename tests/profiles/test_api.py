"""Skills and levels as JSON: what the pages show, to whom they show it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from features.sessions.models import Attendance, Registration, Review
from features.skills import services as skills
from features.skills.models import Block, BlockVisibility, SkillRelation, Visibility
from tests import factories

pytestmark = pytest.mark.django_db


class TestSkill:
    def test_says_what_it_is_and_what_lies_around_it(self, client, expert, skill):
        SkillRelation.objects.create(skill=skill, other=factories.make_skill("Set theory"), kind="essential")
        factories.make_session(expert, about=[skill])
        said = client.get("/api/v1/skills/postgresql/").json()
        assert (said["name"], said["synonyms"], said["takes"]) == ("PostgreSQL", ["Postgres"], ["set-theory"])
        assert (said["sessions_to_come"], said["sessions_held"], said["people"]) == (1, 0, 0)
        assert said["url"].endswith("/skills/postgresql/")

    def test_an_unknown_one_is_not_there(self, client):
        answer = client.get("/api/v1/skills/elephants/")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


class TestSkills:
    URL = "/api/v1/skills/"

    def test_what_somebody_types_finds_what_it_is_called_here(self, client, skill):
        factories.make_skill("Vacuum")
        [found] = client.get(f"{self.URL}?q=postgres").json()["items"]
        assert (found["slug"], found["matched"]) == ("postgresql", "Postgres")
        assert [row["slug"] for row in client.get(f"{self.URL}?q=postgrsql").json()["items"]] == ["postgresql"]

    def test_all_of_them_page_after_page(self, client, skill):
        factories.make_skill("Vacuum")
        page = client.get(f"{self.URL}?page_size=1").json()
        assert [row["slug"] for row in page["items"]] == ["postgresql"]
        assert [row["slug"] for row in client.get(page["next"]).json()["items"]] == ["vacuum"]


class TestSkillsOfSomebody:
    URL = "/api/v1/people/amara-okonjo/skills/"

    @pytest.fixture
    def taught(self, expert, skill):
        for name, strength in (("SQL", 0.2), ("Vacuum", 0.4)):
            skills.record_evidence(
                person=expert,
                skill=factories.make_skill(name),
                kind="session_hosted",
                strength=strength,
                happened_at=timezone.now(),
                source="session:1",
            )

    def test_the_highest_first_with_what_it_rests_on(self, client, expert, taught):
        first, second = client.get(self.URL).json()["items"]
        standing, _ = skills.skill_levels(expert)
        assert (first["skill"], second["skill"]) == ("vacuum", "sql")
        assert (first["level"], first["low"], first["high"]) == (standing.level, standing.low, standing.high)
        assert (first["basis"], first["causes"], first["step"]) == ("session_hosted", 1, standing.rounded)
        assert first["url"].endswith("/people/amara-okonjo/skills/vacuum/")

    def test_page_after_page(self, client, taught):
        page = client.get(f"{self.URL}?page_size=1").json()
        assert [row["skill"] for row in page["items"]] == ["vacuum"]
        assert [row["skill"] for row in client.get(page["next"]).json()["items"]] == ["sql"]

    def test_who_keeps_them_back_or_is_seen_by_members_alone_is_not_there(self, client, expert, learner, taught):
        skills.declare_level(person=learner, skill=factories.make_skill("Pricing"), level=3)
        assert client.get("/api/v1/people/sofia-mendes/skills/").status_code == 404
        BlockVisibility.objects.create(person=expert, block=Block.SKILLS, visibility=Visibility.MEMBERS)
        assert client.get(self.URL).status_code == 404
        client.force_login(learner)
        assert client.get(self.URL).status_code == 200
        assert client.get("/api/v1/people/sofia-mendes/skills/").json()["items"][0]["basis"] == "self_declared"


class TestReviewsOfASession:
    def test_are_those_that_everybody_may_read_with_their_mean(self, client, expert, skill):
        session = factories.make_session(expert, about=[skill], starts_in=timedelta(days=-2))
        url = f"/api/v1/sessions/{session.pk}/reviews/"

        def asked(number):
            for n in range(number):
                person = factories.make_user(f"Guest {number} {n}")
                seat = Registration.objects.create(session=session, person=person, confirmed_at=session.starts_at)
                Attendance.objects.create(registration=seat, source="check_in")
                Review.objects.create(registration=seat, rating=4, words=f"Of use {n}.")
            with CaptureQueriesContext(connection) as queries:
                said = client.get(url).json()
            return len(queries), said

        few, said = asked(2)
        assert (said["count"], said["mean"]) == (2, None)
        assert (said["items"][0]["author"], said["items"][0]["words"]) == ("guest-2-1", "Of use 1.")
        many, said = asked(5)
        assert (said["count"], said["mean"], many) == (7, 4.0, few)
        Review.objects.filter(words="Of use 1.").update(removed_at=timezone.now())
        assert client.get(url).json()["count"] == 5
