from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from features.accounts.models import AuditEntry
from features.discovery import services as discovery
from features.skills import services
from features.skills.models import EscoConcept, FormerSlug, Origin, Skill, SkillEvidence, SkillRelation
from features.skills.services import SkillRefused, merges
from features.skills.signals import levels_changed
from tests.accounts.conftest import add_totp, log_in
from tests.factories import make_session, make_skill

pytestmark = pytest.mark.django_db
THEN = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)


def evidence(person, skill, source, **changes):
    facts = {"kind": "session_attended", "strength": 0.3, "happened_at": THEN}
    services.record_evidence(person=person, skill=skill, source=source, **(facts | changes))


def relate(one, kind, other):
    SkillRelation.objects.create(skill=one, kind=kind, other=other)


@pytest.fixture(scope="module")
def word(skill):
    """WordPress, written in two ways: `word` is to go into `press`."""
    return make_skill("Word press site", synonyms=["WP"])


@pytest.fixture
def press():
    return make_skill("WordPress", synonyms=["Word Press CMS"])


@pytest.fixture
def hung_with_all(word, press, learner, expert, skill):
    """Everything that may hang on a skill, some of it on both."""
    make_skill("Themes", parent=word)
    relate(word, "related", press)
    relate(word, "related", skill)
    relate(press, "related", skill)
    relate(skill, "essential", word)
    evidence(learner, word, "registration:1")
    evidence(learner, word, "registration:2", strength=0.9)
    evidence(learner, press, "registration:2")
    make_session(expert, about=[word])
    make_session(expert, about=[word, press])
    EscoConcept.objects.create(uri="http://data.europa.eu/esco/skill/w", skill=word)
    FormerSlug.objects.create(slug="wrodpress", skill=word)


class TestMerge:
    def test_the_preview_says_what_the_merge_does_and_does_nothing(self, hung_with_all, word, press, organiser):
        seen = services.preview(source=word, into=press)
        counted = {"names": 2, "children": 1, "relations": 3, "evidence": 2, "sessions": 2}
        assert {part: count for part, count in seen.items() if count} == counted
        assert set(merges) < set(seen), "what hangs on neither is said as well"
        assert Skill.objects.filter(pk=word.pk).exists()
        assert services.resolve("WP") == word
        assert services.merge(source=word, into=press, by=organiser) == seen

    def test_everything_goes_over_and_nothing_is_counted_twice(self, hung_with_all, word, press, organiser, skill):
        number = word.pk
        services.merge(source=word, into=press, by=organiser)
        assert not Skill.objects.filter(pk=number).exists()
        for name in ("Word press site", "WP", "WordPress"):
            assert services.resolve(name) == press
        assert press.names.get(is_canonical=True).name == "WordPress"
        assert services.resolve("Themes").parent == press
        edges = SkillRelation.objects.values_list("skill__name", "kind", "other__name")
        assert sorted(edges) == [("PostgreSQL", "essential", "WordPress"), ("WordPress", "related", "PostgreSQL")]
        assert sorted(press.evidence.values_list("source", "strength")) == [
            ("registration:1", 0.3),
            ("registration:2", 0.9),
        ]
        assert press.sessions.count() == 2
        assert press.esco_concepts.count() == 1
        entry = AuditEntry.objects.get(act="skill.merged")
        assert (entry.actor_id, entry.target, entry.fields) == (organiser.pk, f"skill:{press.pk}", [f"skill:{number}"])

    def test_a_cause_withdrawn_for_one_stands_if_it_stands_for_the_other(self, word, press, learner, organiser):
        evidence(learner, press, "registration:1", strength=0.9)
        services.revoke_evidence("registration:1")
        evidence(learner, word, "registration:1", strength=0.2)
        evidence(learner, word, "registration:2")
        evidence(learner, press, "registration:2")
        services.revoke_evidence("registration:2")
        services.merge(source=word, into=press, by=organiser)
        (standing,) = services.evidence_for(learner)
        assert (standing.source, standing.strength, standing.skill) == ("registration:1", 0.2, press)
        assert SkillEvidence.objects.count() == 2

    def test_of_two_causes_the_one_that_stands_says_when_it_was(self, word, press, learner, organiser):
        long_ago = timezone.now() - timedelta(days=2000)
        services.declare_level(person=learner, skill=press, level=5, now=long_ago)
        services.withdraw_declared(person=learner, skill=press)
        services.declare_level(person=learner, skill=word, level=2)
        services.merge(source=word, into=press, by=organiser)
        kept = SkillEvidence.objects.get(person=learner)
        assert (kept.strength, kept.happened_at > long_ago) == (0.4, True)

    def test_who_lists_people_by_their_levels_hears_of_it(self, word, press, learner, organiser):
        evidence(learner, word, "registration:1")
        told = []

        def hear(sender, people, **kwargs):
            told.extend(people)

        levels_changed.connect(hear)
        services.merge(source=word, into=press, by=organiser)
        assert told == [learner.pk]

    def test_old_addresses_lead_on(self, hung_with_all, word, press, organiser, client):
        services.merge(source=word, into=press, by=organiser)
        for slug in ("word-press-site", "wrodpress"):
            answer = client.get(f"/skills/{slug}/")
            assert (answer.status_code, answer["Location"]) == (301, "/skills/wordpress/")
            assert services.by_slug(slug) == press
        assert client.get("/skills/never-was/").status_code == 404

    def test_lists_that_were_kept_go_on(self, word, press, expert, organiser, client):
        below = make_skill("Plugins", parent=word)
        titles = [make_session(expert, about=[about], title=f"On {about}").title for about in (word, below)]
        services.merge(source=word, into=press, by=organiser)
        page = client.get("/sessions/?skill=word-press-site").text
        assert [title for title in titles if title not in page] == []

    def test_an_address_that_leads_on_is_given_to_no_other_skill(self, word, press, organiser):
        services.merge(source=word, into=press, by=organiser)
        press.names.filter(name="Word press site").delete()
        assert make_skill("Word press site").slug == "word-press-site-2"

    def test_sessions_are_found_by_the_name_that_stays(self, word, press, expert, organiser):
        session = make_session(expert, about=[word], title="An hour")
        services.merge(source=word, into=press, by=organiser)
        assert str(session.pk) in {str(ref) for ref in discovery.matching_refs("session", "WordPress")}

    def test_importing_again_brings_no_merged_skill_back(self, tmp_path, organiser):
        from tests.skills.archives import classification, skill

        archive = classification(tmp_path, [skill("a", "use shims"), skill("b", "shimming")])
        services.import_esco([archive])
        source, into = services.resolve("shimming"), services.resolve("use shims")
        services.merge(source=source, into=into, by=organiser)
        assert services.import_esco([archive]).skills == 0
        assert services.resolve("shimming") == into


def test_whatever_names_a_skill_goes_over():
    """A new column that names one belongs to a `Merge` of its feature: without, a merge fails or forgets it."""
    columns = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_fields
        if field.related_model is Skill and model._meta.app_label != "skills"
    }
    assert columns == {
        "skill_sessions.SessionSkill.skill", "forum.Board.skill", "forum.Thread_skills.skill",
        "library.Work_skills.skill", "assessments.Bank.skill", "assessments.Task.skill", "assessments.Badge.skill",
        "mentoring.MentorPage_topics.skill", "mentoring.EngagementSkill.skill", "mentoring.OfficeHour.skill",
        "mentoring.MentorshipRequest_skills.skill", "mentoring.PooledRequest_skills.skill",
        "moderation.ExpertApplication_skills.skill",
    }  # fmt: skip


class TestRefused:
    def refusal(self, source, into, by):
        before = Skill.objects.count()
        for attempt in (
            lambda: services.preview(source=source, into=into),
            lambda: services.merge(source=source, into=into, by=by),
        ):
            with pytest.raises(SkillRefused) as refused:
                attempt()
            assert str(refused.value.words)
        assert Skill.objects.count() == before
        assert not AuditEntry.objects.filter(act="skill.merged").exists()
        return refused.value.code

    def test_a_skill_into_itself(self, word, organiser):
        assert self.refusal(word, word, organiser) == "same"

    def test_what_is_curated_into_what_was_imported(self, word, press, organiser):
        Skill.objects.filter(pk=press.pk).update(origin=Origin.ESCO)
        assert self.refusal(word, press, organiser) == "curated"

    def test_a_group(self, word, organiser):
        group = Skill.objects.create(name="Computing", slug="computing", is_group=True)
        assert self.refusal(word, group, organiser) == "group"
        assert self.refusal(group, word, organiser) == "group"

    def test_a_parent_into_what_lies_below_it(self, word, press, organiser):
        Skill.objects.filter(pk=press.pk).update(parent=word)
        assert self.refusal(word, press, organiser) == "cycle"
        below = make_skill("Themes", parent=press)
        assert self.refusal(word, below, organiser) == "cycle"

    def test_what_would_lie_below_itself_by_relations(self, word, press, skill, organiser):
        relate(word, "broader", skill)
        relate(skill, "broader", press)
        assert self.refusal(word, press, organiser) == "cycle"

    def test_a_child_into_its_parent_is_fine(self, word, press, organiser):
        Skill.objects.filter(pk=word.pk).update(parent=press)
        below = make_skill("Themes", parent=word)
        services.merge(source=word, into=press, by=organiser)
        below.refresh_from_db()
        assert below.parent == press


class TestPages:
    @pytest.fixture
    def office(self, client, organiser):
        log_in(client, organiser, add_totp(organiser))
        return client

    def test_a_member_finds_nothing_here(self, client, learner, word):
        client.force_login(learner)
        for path in ("/manage/skills/", f"/manage/skills/{word.slug}/", f"/manage/skills/{word.slug}/merge/"):
            assert client.get(path).status_code == 404

    def test_skills_are_listed_and_searched_by_any_name(self, office, word, press):
        page = office.get("/manage/skills/").text
        assert page.index("WordPress") < page.index("Word press site")
        found = office.get("/manage/skills/", {"q": "wp"}).text
        assert 'href="/manage/skills/word-press-site/"' in found
        assert 'href="/manage/skills/wordpress/"' not in found
        assert 'href="/manage/skills/"' in office.get("/manage/").text

    def test_a_name_is_added_and_written_down(self, office, press):
        answer = office.post("/manage/skills/wordpress/", {"name": "Gutenberg"})
        assert (answer.status_code, answer["Location"]) == (303, "/manage/skills/wordpress/")
        assert services.resolve("gutenberg") == press
        assert AuditEntry.objects.filter(act="skill.named", target=f"skill:{press.pk}").count() == 1
        assert "Gutenberg" in office.get("/manage/skills/wordpress/").text

    def test_a_name_of_another_skill_is_refused_in_words(self, office, word, press):
        answer = office.post("/manage/skills/wordpress/", {"name": "WP"})
        assert answer.status_code == 422
        assert "already means Word press site" in answer.text

    def test_first_what_moves_then_it_moves(self, office, hung_with_all, word, press):
        page = office.get(f"/manage/skills/{word.slug}/merge/", {"into": "WordPress"}).text
        for words in ("2 names", "1 skill below it", "3 relations", "2 pieces of evidence", "2 sessions"):
            assert f"<li>{words}</li>" in page, words
        assert Skill.objects.filter(pk=word.pk).exists()
        answer = office.post(f"/manage/skills/{word.slug}/merge/", {"into": "WordPress"})
        assert (answer.status_code, answer["Location"]) == (303, "/manage/skills/wordpress/")
        assert services.resolve("WP") == press

    def test_a_refusal_says_why_and_nothing_moves(self, office, word, press):
        Skill.objects.filter(pk=press.pk).update(parent=word)
        for ask in (office.get, office.post):
            answer = ask(f"/manage/skills/{word.slug}/merge/", {"into": "WordPress"})
            assert answer.status_code == 422
            assert "would lie below itself" in answer.text
        assert "Did you mean" in office.get(f"/manage/skills/{word.slug}/merge/", {"into": "wordpres"}).text

    def test_the_list_costs_the_same_however_long_it_is(self, office, django_assert_num_queries):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as few:
            office.get("/manage/skills/")
        services.load_starter()
        with django_assert_num_queries(len(few)):
            office.get("/manage/skills/")
