"""Levels as they are kept: in step with the ledger, whatever is recorded, revoked, merged, or told by two at once."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from features.accounts.personal_data import export_all, personal_data
from features.skills import services
from features.skills.levels import Rule
from features.skills.models import SkillEvidence, SkillLevel
from tests import factories

THEN = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def taught(monkeypatch):
    """A kind of this test's own, so that nothing here depends on what sessions are worth."""
    source = services.Source(
        rule=Rule(reach=4, weight=3),
        basis="Taught in a test",
        words="Taught something",
        why="",
        tell=lambda keys, viewer: {
            key: services.Told(f"Lesson {key}", f"/{key}/") for key in keys if "secret" not in key
        },
    )
    monkeypatch.setitem(services.sources, "taught", source)


def record(person, skill, number=1, **changes):
    facts = {"kind": "taught", "strength": 0.3, "happened_at": THEN, "source": f"lesson:{number}"}
    services.record_evidence(person=person, skill=skill, **(facts | changes))


def kept(person, skill):
    row = SkillLevel.objects.get(person=person, skill=skill)
    return row.level, row.low, row.high, row.causes, row.basis, row.freshest_at


@pytest.mark.django_db
class TestInStep:
    def test_a_cause_raises_the_level_in_the_same_transaction(self, learner, skill):
        with transaction.atomic():
            record(learner, skill)
            level, low, high, causes, basis, freshest_at = kept(learner, skill)
            assert (causes, basis, freshest_at) == (1, "taught", THEN)
            assert 1 < low < level < high < 5
            transaction.set_rollback(True)
        assert not SkillLevel.objects.exists()

    def test_revoking_leaves_what_would_be_there_had_it_never_happened(self, learner, outsider, skill):
        for person in (learner, outsider):
            record(person, skill, source=f"lesson-of:{person.pk}")
        record(learner, skill, 2, happened_at=THEN + timedelta(days=1))
        assert kept(learner, skill) != kept(outsider, skill)
        services.revoke_evidence("lesson:2")
        assert kept(learner, skill)[0] == kept(outsider, skill)[0]
        assert kept(learner, skill)[3:] == kept(outsider, skill)[3:]

    def test_without_a_cause_left_nothing_is_shown(self, learner, skill):
        record(learner, skill)
        services.revoke_evidence("lesson:1")
        assert services.skill_levels(learner) == []

    def test_one_source_of_many_people_is_revoked_for_all(self, learner, outsider, skill):
        record(learner, skill)
        record(outsider, skill)
        assert services.revoke_evidence("lesson:1") == 2
        assert not SkillLevel.objects.shown().exists()

    def test_a_merge_brings_the_causes_of_both_together(self, learner, outsider, organiser, skill):
        other = factories.make_skill("Elephant databases")
        record(learner, skill)
        record(learner, other, 2)
        record(outsider, skill)
        record(outsider, skill, 2)
        services.merge(source=other, into=skill, by=organiser)
        assert kept(learner, skill)[0] == kept(outsider, skill)[0]
        assert SkillLevel.objects.count() == 2

    def test_many_causes_at_once_take_as_many_queries_as_two(self, learner, skill, django_assert_max_num_queries):
        skills = [skill, *(factories.make_skill(f"Skill {n}") for n in range(5))]

        def causes(number):
            return [
                SkillEvidence(
                    person=learner, skill=one, kind="taught", strength=0.3, happened_at=THEN, source=f"lesson:{number}"
                )
                for one in skills[: 2 + 4 * (number - 1)]
            ]

        taken = []
        for number in (1, 2):
            with django_assert_max_num_queries(13) as queries:
                services.record_all(causes(number))
            taken.append(len(queries))
        assert taken[1] <= taken[0]
        assert SkillLevel.objects.shown().count() == 6


@pytest.mark.django_db
class TestDeclared:
    def test_what_one_says_counts_little_and_is_replaced_by_what_one_says_next(self, learner, skill):
        services.declare_level(person=learner, skill=skill, level=5)
        (first,) = services.skill_levels(learner)
        services.declare_level(person=learner, skill=skill, level=2)
        (second,) = services.skill_levels(learner)
        assert 2 >= first.level > second.level > 1
        assert (second.causes, str(second.basis)) == (1, "Self-declared")

    def test_taking_it_back_leaves_what_was_done(self, learner, skill):
        other = factories.make_skill("SQL")
        services.declare_level(person=learner, skill=skill, level=5)
        services.declare_level(person=learner, skill=other, level=5)
        record(learner, skill)
        services.withdraw_declared(person=learner, skill=skill)
        assert {str(row.skill): str(row.basis) for row in services.skill_levels(learner)} == {
            "PostgreSQL": "Taught in a test",
            "SQL": "Self-declared",
        }


@pytest.mark.django_db
class TestSkillLevels:
    def test_the_highest_first_with_range_basis_and_a_way_to_the_causes(self, learner, skill):
        sql = factories.make_skill("SQL")
        record(learner, skill)
        record(learner, sql)
        record(learner, sql, 2, happened_at=THEN + timedelta(days=3))
        first, second = services.skill_levels(learner)
        assert (first.skill, first.causes, first.freshest_at) == (sql, 2, THEN + timedelta(days=3))
        assert first.low < first.level < first.high
        assert first.url == "/people/sofia-mendes/skills/sql/"
        assert second.basis == "Taught in a test"

    def test_one_query_however_many_skills(self, learner, django_assert_num_queries):
        for number in range(5):
            record(learner, factories.make_skill(f"Skill {number}"))
        with django_assert_num_queries(1):
            assert len(services.skill_levels(learner)) == 5

    def test_as_it_was_at_a_time(self, learner, skill):
        record(learner, skill)
        before = services.skill_levels(learner, at=THEN)[0].level
        record(learner, skill, 2, happened_at=THEN + timedelta(days=3))
        assert services.skill_levels(learner, at=THEN + timedelta(days=1))[0].level == before
        assert services.skill_levels(learner, at=THEN - timedelta(days=1)) == []
        assert services.skill_levels(learner)[0].level > before


@pytest.mark.django_db
class TestTelling:
    def test_what_a_viewer_may_not_see_is_told_by_its_kind_alone(self, learner, skill):
        record(learner, skill, "plain")
        record(learner, skill, "secret")
        found = services.level_of(learner, skill)
        told = {cause.told for cause in services.tell_causes(services.evidence_for(learner), found, learner)}
        assert told == {services.Told("Lesson lesson:plain", "/lesson:plain/"), services.Told("Taught something")}

    def test_what_the_causes_add_is_what_the_level_is_above_one(self, learner, skill):
        services.declare_level(person=learner, skill=skill, level=3)
        for number in range(4):
            record(learner, skill, number)
        found = services.level_of(learner, skill)
        told = services.tell_causes(services.evidence_for(learner), found, learner)
        assert sum(cause.adds for cause in told) == pytest.approx(found.level - 1)


@pytest.mark.django_db
class TestRecount:
    def test_changes_nothing_that_is_in_step(self, learner, outsider, skill, capsys):
        record(learner, skill)
        record(outsider, factories.make_skill("SQL"))
        record(outsider, skill, 2)
        services.revoke_evidence("lesson:2")
        before = list(SkillLevel.objects.order_by("pk").values("level", "causes", "basis", "freshest_at"))
        call_command("recount_levels")
        assert capsys.readouterr().out.startswith("0 levels")
        assert list(SkillLevel.objects.order_by("pk").values("level", "causes", "basis", "freshest_at")) == before

    def test_finds_and_mends_what_differs_and_what_is_missing(self, learner, outsider, skill):
        record(learner, skill)
        record(outsider, skill)
        right = kept(outsider, skill)[0]
        SkillLevel.objects.filter(person=learner).update(level=4.9, high=5)
        SkillLevel.objects.filter(person=outsider).delete()
        assert services.recount_levels() == 2
        assert kept(learner, skill)[0] == kept(outsider, skill)[0] == right
        assert services.recount_levels() == 0

    def test_after_years_we_are_less_sure_of_the_same_level(self, learner, skill):
        record(learner, skill)
        level, low, high, *_ = kept(learner, skill)
        assert services.recount_levels(THEN + timedelta(days=2000)) == 0
        later = kept(learner, skill)
        assert later[0] == level
        assert later[1] < low
        assert later[2] > high


@pytest.mark.django_db(transaction=True)
def test_of_many_who_record_at_once_no_cause_is_lost(learner, skill):
    start, faults = threading.Barrier(6), []

    def tell(number):
        try:
            start.wait()
            with transaction.atomic():
                record(learner, skill, number)
        except Exception as fault:  # noqa: BLE001 - told to the test below
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=tell, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert kept(learner, skill)[3] == 6
    assert services.recount_levels() == 0


@pytest.mark.django_db
def test_a_person_gets_and_erases_their_levels(learner, outsider, skill):
    record(learner, skill)
    record(outsider, skill)
    (row,) = export_all(learner)["skills"]["skill_levels"]
    assert (row["skill__name"], row["causes"]) == ("PostgreSQL", 1)
    personal_data["skills"].erase(learner)
    assert list(SkillLevel.objects.values_list("person", flat=True)) == [outsider.pk]
