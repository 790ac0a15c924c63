import pytest

from features.accounts.models import AuditEntry
from features.skills import services
from features.skills.models import Skill, SkillName

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded():
    services.load_starter()


class TestStarterSet:
    def test_is_two_levels_deep_and_every_skill_says_what_it_is(self, loaded):
        assert Skill.objects.filter(parent=None).count() == 18
        assert Skill.objects.exclude(parent=None).count() >= 300
        assert not Skill.objects.filter(parent__parent__isnull=False).exists()
        assert not Skill.objects.filter(description="").exists()
        assert not Skill.objects.exclude(names__is_canonical=True).exists()

    def test_no_name_in_the_file_is_given_twice(self):
        from features.skills.names import key
        from features.skills.starter import entries

        given = [key(name) for entry in entries() for name in (entry.name, *entry.synonyms)]
        assert len(given) == len(set(given))
        assert all(given)

    def test_loading_again_changes_nothing(self, loaded):
        before = list(SkillName.objects.order_by("pk").values_list("pk", "name", "skill"))
        assert services.load_starter() == 0
        assert list(SkillName.objects.order_by("pk").values_list("pk", "name", "skill")) == before

    def test_what_the_site_calls_something_stays(self):
        ours = services.add_skill(name="Relational databases", synonyms=["Postgres", "SQL"], description="Ours")
        services.load_starter()
        assert services.resolve("Postgres") == ours
        assert services.resolve("SQL") == ours
        assert services.resolve("PSQL").name == "PostgreSQL"
        ours.refresh_from_db()
        assert (ours.description, ours.parent) == ("Ours", None)

    def test_the_command_says_what_it_did(self, capsys):
        from django.core.management import call_command

        call_command("load_skills")
        assert "skills added" in capsys.readouterr().out
        assert services.resolve("k8s").name == "Kubernetes"

    def test_an_organiser_brings_it_in_where_there_is_none(self, client, organiser):
        client.force_login(organiser)
        assert "/manage/skills/" in client.get("/skills/").text
        page = client.post("/manage/skills/", follow=True).text
        assert "skills were added." in page
        assert services.resolve("k8s").name == "Kubernetes"
        assert AuditEntry.objects.get(act="skill.started").actor_id == organiser.pk
        client.logout()
        assert "/manage/skills/" not in client.get("/skills/").text
