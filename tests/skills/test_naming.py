import pytest
from django.db import IntegrityError, transaction

from features.skills import services
from features.skills.models import Skill, SkillName
from features.skills.services import SkillRefused
from features.skills.services.naming import as_row

pytestmark = pytest.mark.django_db


class TestAddSkill:
    def test_it_is_found_by_all_its_names(self):
        skill = services.add_skill(name="Welding", synonyms=["MIG welding", "welding"], description="Joining metal.")
        assert services.resolve("mig-welding") == skill
        assert services.names_of([skill]) == ["Welding", "MIG welding"]
        assert skill.slug == "welding"

    @pytest.mark.parametrize(
        ("name", "slug"),
        [("C++", "cplusplus"), ("C#", "csharp"), (".NET", "dotnet"), ("日本語", "skill"), ("Suggest", "suggest-2")],
    )
    def test_its_address_is_made_of_ascii_words(self, name, slug):
        assert services.add_skill(name=name).slug == slug

    def test_addresses_that_would_be_equal_are_numbered(self):
        first, second = services.add_skill(name="日本語"), services.add_skill(name="中文")
        assert (first.slug, second.slug) == ("skill", "skill-2")

    @pytest.mark.parametrize(
        ("name", "code"), [("", "empty"), ("?!", "empty"), ("x" * 101, "too_long"), ("Tools, dies", "comma")]
    )
    def test_what_is_no_name_is_refused_with_a_reason(self, name, code):
        with pytest.raises(SkillRefused) as refusal:
            services.add_skill(name=name)
        assert refusal.value.code == code
        assert str(refusal.value.words)

    def test_a_name_of_another_skill_is_refused_and_nothing_is_left(self, skill):
        with pytest.raises(SkillRefused) as refusal:
            services.add_skill(name="Elephants", synonyms=["postgres"])
        assert (refusal.value.code, refusal.value.skill) == ("taken", skill)
        assert "PostgreSQL" in str(refusal.value.words)
        assert not Skill.objects.filter(name="Elephants").exists()

    def test_control_characters_do_not_reach_a_name(self):
        skill = services.add_skill(name="Rope\r\nBcc: x\x00 work")
        assert skill.name == "Rope Bcc: x work"


class TestAddSynonym:
    def test_people_may_call_it_that_afterwards(self, skill):
        services.add_synonym(skill=skill, name="PG")
        assert services.resolve("pg") == skill

    def test_saying_it_twice_changes_nothing(self, skill):
        for _ in range(2):
            services.add_synonym(skill=skill, name="PG")
        assert skill.names.count() == 3

    def test_a_name_of_another_skill_is_refused(self, skill):
        other = services.add_skill(name="SQL")
        with pytest.raises(SkillRefused) as refusal:
            services.add_synonym(skill=other, name="post gres")
        assert (refusal.value.code, refusal.value.skill) == ("taken", skill)
        assert services.resolve("Postgres") == skill


class TestDatabase:
    def test_one_name_means_one_skill_whoever_writes_the_row(self, skill):
        other = services.add_skill(name="SQL")
        with pytest.raises(IntegrityError, match="one_skill_per_name"), transaction.atomic():
            SkillName.objects.create(skill=other, name="POST GRES", folded="post gres", grams=[])

    def test_a_skill_has_one_canonical_name(self, skill):
        with pytest.raises(IntegrityError, match="one_canonical_name_per_skill"), transaction.atomic():
            as_row(skill, "Elephant", is_canonical=True).save()
