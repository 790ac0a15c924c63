from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from features.accounts.personal_data import export_all, personal_data
from features.skills import services
from features.skills.models import SkillEvidence, SkillLevel
from tests import factories

pytestmark = pytest.mark.django_db
THEN = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)


def record(person, skill, **changes):
    facts = {"kind": "session_attended", "strength": 0.3, "happened_at": THEN, "source": "registration:41"}
    services.record_evidence(person=person, skill=skill, **(facts | changes))


class TestRecordEvidence:
    def test_one_cause_is_one_row_however_often_it_is_told(self, learner, skill):
        record(learner, skill)
        record(learner, skill, strength=0.5)
        (evidence,) = services.evidence_for(learner)
        assert (evidence.skill, evidence.strength, evidence.happened_at) == (skill, 0.5, THEN)

    def test_of_many_at_once_each_level_is_counted_once_and_says_the_same(self, learner, outsider, skill):
        with CaptureQueriesContext(connection) as asked, services.gathered():
            for place in range(5):
                record(learner, skill, source=f"registration:{place}")
        assert len([query for query in asked if 'INTO "skills_skillevidence"' in query["sql"]]) == 5
        assert len([query for query in asked if 'FROM "skills_skillevidence"' in query["sql"]]) == 1
        for place in range(5):
            record(outsider, skill, source=f"registration:{place}")
        assert len(set(SkillLevel.objects.values_list("level", "low", "high", "causes"))) == 1

    def test_another_kind_skill_person_or_cause_is_another_row(self, learner, outsider, skill):
        record(learner, skill)
        record(learner, skill, kind="session_hosted")
        record(learner, skill, source="registration:42")
        record(learner, factories.make_skill("SQL"))
        record(outsider, skill)
        assert services.evidence_for(learner).count() == 4
        assert services.evidence_for(outsider).count() == 1

    @pytest.mark.parametrize("strength", [0, -1, 1.01])
    def test_the_database_keeps_strength_on_its_scale(self, learner, skill, strength):
        with pytest.raises(IntegrityError, match="evidence_strength_in_range"), transaction.atomic():
            record(learner, skill, strength=strength)


class TestRevokeEvidence:
    def test_what_a_cause_proved_no_longer_counts_but_stays_on_record(self, learner, skill):
        record(learner, skill)
        record(learner, skill, source="registration:42")
        assert services.revoke_evidence("registration:41") == 1
        assert [e.source for e in services.evidence_for(learner)] == ["registration:42"]
        assert SkillEvidence.objects.count() == 2

    def test_revoking_twice_revokes_once(self, learner, skill):
        record(learner, skill)
        services.revoke_evidence("registration:41")
        first = SkillEvidence.objects.get().revoked_at
        assert services.revoke_evidence("registration:41") == 0
        assert SkillEvidence.objects.get().revoked_at == first

    def test_a_cause_that_comes_back_counts_again(self, learner, skill):
        record(learner, skill)
        services.revoke_evidence("registration:41")
        record(learner, skill)
        (evidence,) = services.evidence_for(learner)
        assert evidence.revoked_at is None


class TestEvidenceFor:
    def test_newest_first_and_the_queries_do_not_grow(self, learner, skill, django_assert_num_queries):
        for day in range(1, 6):
            record(learner, skill, source=f"registration:{day}", happened_at=THEN.replace(day=day))
        with django_assert_num_queries(1):
            days = [(e.happened_at.day, e.skill.name) for e in services.evidence_for(learner)]
        assert days == [(day, "PostgreSQL") for day in (5, 4, 3, 2, 1)]


class TestOwnData:
    def test_a_person_gets_and_erases_their_evidence(self, learner, outsider, skill):
        record(learner, skill, measured=3.2, error=0.4)
        record(outsider, skill)
        (row,) = export_all(learner)["skills"]["skill_evidence"]
        assert (row["skill__name"], row["source"]) == ("PostgreSQL", "registration:41")
        assert (row["measured"], row["error"]) == (3.2, 0.4)
        personal_data["skills"].erase(learner)
        assert list(SkillEvidence.objects.values_list("person", flat=True)) == [outsider.pk]
