"""A number on a profile opened to its causes, and the page that explains them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from features.skills import services as skills
from features.skills.models import Block, BlockVisibility, Visibility
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = "/people/sofia-mendes/skills/postgresql/"


@pytest.fixture(autouse=True)
def lessons(monkeypatch):
    source = skills.Source(
        rule=skills.Rule(reach=4, weight=3),
        basis="Gave a lesson",
        words="Gave some lesson",
        why="Lessons tell.",
        tell=lambda keys, viewer: {key: skills.Told(key, f"/{key}/") for key in keys if viewer.is_authenticated},
    )
    monkeypatch.setitem(skills.sources, "lesson", source)


def give_lessons(person, skill, number):
    for n in range(number):
        skills.record_evidence(
            person=person,
            skill=skill,
            kind="lesson",
            strength=0.3,
            happened_at=timezone.now() - timedelta(days=n),
            source=f"lesson-{n}",
        )


@pytest.fixture(scope="module")
def lesson(learner, skill):
    give_lessons(learner, skill, 1)


class TestCauses:
    def test_ones_own_page_has_every_cause_with_its_day_its_link_and_what_it_adds(self, client, learner, skill, lesson):
        skills.declare_level(person=learner, skill=skill, level=4)
        client.force_login(learner)
        page = client.get(PAGE).content.decode()
        for words in (
            "<h1>PostgreSQL</h1>",
            "Says so on their profile",
            'href="/lesson-0/"',
            "Gave a lesson",
            "2 causes",
        ):
            assert words in page, words
        found = skills.level_of(learner, skill)
        assert f"{found.level:.1f} of 5" in page
        assert f"{found.low:.1f} and {found.high:.1f}" in page
        for cause in skills.tell_causes(skills.evidence_for(learner), found, learner):
            assert f'<td class="r">{cause.adds:.2f}</td>' in page

    def test_a_stranger_sees_the_kind_of_what_is_not_for_them(self, client, learner, skill, lesson):
        factories.make_session(learner, about=[skill])  # who hosts has a public page
        page = client.get(PAGE).content.decode()
        assert "Gave some lesson" in page
        assert "/lesson-0/" not in page

    def test_members_without_a_public_page_are_seen_by_members(self, client, outsider, lesson):
        assert client.get(PAGE).status_code == 404
        client.force_login(outsider)
        assert client.get(PAGE).status_code == 200

    def test_whoever_keeps_their_skills_to_themselves_keeps_the_causes_too(self, client, learner, outsider, lesson):
        BlockVisibility.objects.create(person=learner, block=Block.SKILLS, visibility=Visibility.PRIVATE)
        client.force_login(outsider)
        assert client.get(PAGE).status_code == 404
        client.force_login(learner)
        assert client.get(PAGE).status_code == 200

    def test_nothing_on_record_is_a_page_for_oneself_alone(self, client, learner, outsider, skill):
        client.force_login(outsider)
        assert client.get(PAGE).status_code == 404
        client.force_login(learner)
        assert "Nothing on record yet" in client.get(PAGE).content.decode()

    def test_a_withdrawn_cause_is_not_told(self, client, learner, skill):
        give_lessons(learner, skill, 2)
        skills.revoke_evidence("lesson-1")
        client.force_login(learner)
        page = client.get(PAGE).content.decode()
        assert "lesson-0" in page
        assert "lesson-1" not in page

    def test_old_addresses_of_the_person_lead_here(self, client, learner, lesson):
        client.force_login(learner)
        assert client.get(PAGE.replace("sofia", "Sofia"))["Location"] == PAGE
        assert client.get("/people/sofia-mendes/skills/welding/").status_code == 404

    def test_page_after_page_with_as_many_queries_for_many_as_for_few(self, client, learner, skill):
        client.force_login(learner)

        def queries(number):
            give_lessons(learner, skill, number)
            with CaptureQueriesContext(connection) as asked:
                page = client.get(PAGE).content.decode()
            return len(asked), page

        few, _ = queries(2)
        many, page = queries(45)
        assert many == few
        assert page.count("Gave a lesson") == 20
        assert 'rel="next"' in page


class TestHowLevelsWork:
    def test_says_what_each_kind_is_worth_as_it_is_registered(self, client):
        page = client.get("/levels/").content.decode()
        for words in ("Gave a lesson", "Lessons tell.", "4.0", "Self-declared", "after 2 years"):
            assert words in page, words
