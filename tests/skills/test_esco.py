import hashlib

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from features.skills import services
from features.skills.esco import NotEsco
from features.skills.models import EscoConcept, Skill, SkillName, SkillRelation
from tests.skills import archives
from tests.skills.archives import broader, classification, group, related, relations, skill, uri

pytestmark = pytest.mark.django_db

TABLES = ("skill", "skillname", "skillrelation", "escoconcept", "formerslug")


def everything():
    """A hash of all rows of the taxonomy, with their ids."""
    with connection.cursor() as cursor:
        hashes = []
        for table in TABLES:
            cursor.execute(f"SELECT string_agg(r::text, '|' ORDER BY r::text) FROM skills_{table} r")
            hashes.append(hashlib.sha256(str(cursor.fetchone()).encode()).hexdigest())
        return hashes


def words_of(done):
    return [str(problem) for problem in done.problems]


@pytest.fixture
def small(tmp_path):
    skills = [
        skill("sql", "SQL", "structured query language", description="Asking\nfor rows."),
        skill("pg", "PostgreSQL", "Postgres", "post gres database"),
        skill("law", "health, safety and hygiene legislation", "rules of health, and of safety"),
        skill("db", "database administration", "SQL"),
    ]
    above = [broader("sql", "db"), broader("sql", "ict"), broader("db", "ict"), broader("pg", "db")]
    beside = [related("pg", "sql", "essential"), related("db", "law")]
    return [
        classification(tmp_path, skills, [group("ict", "computing, in general")]),
        relations(tmp_path, above, beside),
    ]


class TestImport:
    def test_skills_come_with_all_their_names_and_one_line_of_words(self, small):
        done = services.import_esco(small)
        assert (done.skills, done.groups, done.matched, done.problems) == (4, 1, 0, [])
        sql = services.resolve("structured-query language")
        assert (sql.name, sql.slug, sql.description, sql.origin) == ("SQL", "sql", "Asking for rows.", "esco")

    def test_a_name_begins_with_a_capital_and_has_no_comma_which_stands_between_names(self, small):
        services.import_esco(small)
        law = services.resolve("health, safety and hygiene legislation")
        assert law.name == "Health safety and hygiene legislation"
        assert services.resolve(law.name) == law
        assert not SkillName.objects.filter(name__contains=",").exists()

    def test_a_synonym_that_means_another_skill_is_counted_and_left_out(self, small):
        assert services.import_esco(small).taken == 1
        assert services.resolve("SQL").name == "SQL"

    def test_hierarchy_beyond_one_parent_and_relations(self, small):
        services.import_esco(small)
        sql, database = services.resolve("SQL"), services.resolve("database administration")
        ict = Skill.objects.get(is_group=True)
        assert (sql.parent, database.parent, ict.parent) == (database, ict, None)
        above = sql.relations.filter(kind=SkillRelation.Kind.BROADER)
        assert {relation.other for relation in above} == {database, ict}
        assert services.resolve("PostgreSQL").relations.get(kind="essential").other == sql
        assert database.relations.get(kind="related").other.name.startswith("Health")

    def test_a_group_is_no_skill_that_somebody_can_have(self, small):
        services.import_esco(small)
        assert services.resolve("computing in general") is None
        assert services.suggest("computing") == []

    def test_the_second_time_changes_nothing(self, small):
        services.import_esco(small)
        before = everything()
        done = services.import_esco(small)
        assert everything() == before
        assert (done.skills, done.synonyms, done.relations, done.known) == (0, 0, 0, 5)

    def test_relations_may_come_later_in_an_archive_of_their_own(self, small):
        services.import_esco(small[:1])
        done = services.import_esco(small[1:])
        assert (done.relations, done.problems) == (6, [])

    def test_a_circle_in_the_file_makes_no_circle_of_parents(self, tmp_path):
        skills = [skill("a", "chicken"), skill("b", "egg")]
        above = [broader("a", "b"), broader("b", "a")]
        services.import_esco([classification(tmp_path, skills), relations(tmp_path, above)])
        assert services.resolve("chicken").parent == services.resolve("egg")
        assert services.resolve("egg").parent is None


class TestCurated:
    def test_what_is_curated_keeps_all_it_has_and_gets_synonyms_and_relations(self, small):
        area = services.add_skill(name="Data")
        ours = services.add_skill(name="Postgres", synonyms=["PostgreSQL"], description="Ours.", parent=area)
        before = Skill.objects.filter(pk__in=[area.pk, ours.pk]).order_by("pk").values()
        before = list(before)
        done = services.import_esco(small)
        assert done.matched == 1
        assert list(Skill.objects.filter(pk__in=[area.pk, ours.pk]).order_by("pk").values()) == before
        assert services.resolve("post gres database") == ours
        assert ours.names.get(is_canonical=True).name == "Postgres"
        assert ours.relations.get(kind="essential").other.name == "SQL"
        assert EscoConcept.objects.get(uri=uri("pg")).skill == ours
        assert Skill.objects.filter(name__istartswith="postgre").count() == 1

    def test_what_esco_says_in_brackets_makes_no_twin_of_a_skill_with_that_very_name(self, tmp_path):
        python = services.add_skill(name="Python")
        learning = services.add_skill(name="Machine learning", synonyms=["ML"])
        rows = [skill("py", "Python (computer programming)", "Python 3"), skill("ml", "ML (computer programming)")]
        done = services.import_esco([classification(tmp_path, rows)])
        assert (done.matched, done.skills) == (1, 1)
        assert services.resolve("Python (computer programming)") == services.resolve("Python 3") == python
        assert services.resolve("ML (computer programming)") != learning == services.resolve("ML")

    def test_two_concepts_may_be_one_skill_here(self, small):
        ours = services.add_skill(name="Databases", synonyms=["SQL", "Database administration"])
        done = services.import_esco(small)
        assert done.matched == ours.esco_concepts.count() == 2
        assert not ours.relations.filter(other=ours).exists()
        before = everything()
        services.import_esco(small)
        assert everything() == before

    def test_also_where_esco_writes_one_skill_twice(self, tmp_path):
        rows = [skill("a", "manage teams"), skill("b", "Manage-teams", "lead a team"), skill("c", "weld")]
        done = services.import_esco([classification(tmp_path, rows)])
        assert (done.skills, done.matched, done.problems) == (2, 1, [])
        assert set(EscoConcept.objects.values_list("skill__name", flat=True)) == {"Manage teams", "Weld"}
        assert services.resolve("Lead a team") == services.resolve("manage teams")

    def test_a_synonym_of_ours_is_never_taken_away(self, small):
        ours = services.add_skill(name="Elephants", synonyms=["Structured query language"])
        services.import_esco(small)
        assert services.resolve("structured query language") == ours

    def test_what_was_renamed_here_stays_renamed(self, small):
        services.import_esco(small)
        Skill.objects.filter(slug="sql").update(name="SQL, said as sequel", description="Ours.")
        before = everything()
        services.import_esco(small)
        assert everything() == before


class TestBadRows:
    def test_each_is_reported_with_file_and_line_and_the_others_come_in(self, tmp_path):
        rows = [
            skill("a", "welding", "joining\nmetal"),  # its record is lines 2 and 3
            skill("b", "!?"),
            skill("c", "x" * 101),
            skill("d", "of no address", address="javascript:alert(1)"),
            skill("a", "welding once more"),
            skill("e", "of yesterday", status="deprecated"),
            ["KnowledgeSkillCompetence", uri("f"), "too few"],
            skill("i", "of no sound address", address=uri("i\0i")),
        ]
        tail = b"KnowledgeSkillCompetence," + uri("g").encode() + b",knowledge,,caf\xe9,,,released,\n"
        tail += b",".join([b"KnowledgeSkillCompetence", uri("h").encode(), b"knowledge,,soldering,,,released,\n"])
        above = [broader("a", "nowhere"), ["", "", "", ""], broader("a", "a")]
        beside = [related("a", "h", "forbidden"), related("h", "a")]
        done = services.import_esco([classification(tmp_path, rows, tail=tail), relations(tmp_path, above, beside)])
        assert done.skills == 2
        assert services.resolve("soldering").relations.get().other == services.resolve("metal")
        reported = [problem.split(": ")[0] for problem in words_of(done)]
        assert reported == [
            *[f"classification.zip/skills_en.csv:{line}" for line in range(4, 12)],
            "relations.zip/broaderRelationsSkillPillar.csv:3",
            "relations.zip/broaderRelationsSkillPillar.csv:4",
            "relations.zip/skillSkillRelations.csv:2",
            "relations.zip/broaderRelationsSkillPillar.csv:2",
        ]

    def test_what_is_no_archive_of_esco_is_refused_and_nothing_changes(self, tmp_path, small):
        before = everything()
        no_zip, other = tmp_path / "no.zip", archives._zip(tmp_path / "other.zip", {"readme.txt": b""})
        no_zip.write_bytes(b"PK no")
        lame = archives._zip(tmp_path / "lame.zip", {"skills_en.csv": b"conceptUri,label\n"})
        for path in (no_zip, other, lame, tmp_path / "missing.zip"):
            with pytest.raises(NotEsco, match=path.name):
                services.import_esco([*small, path])
        with pytest.raises(CommandError, match=r"other\.zip"):
            call_command("import_esco", other)
        assert everything() == before


class TestCommand:
    def test_says_what_it_did_and_whose_it_is(self, small, capsys):
        call_command("import_esco", *small)
        out = capsys.readouterr().out
        assert "4 skills and 1 groups are new" in out
        assert "1 synonyms that mean another skill" in out
        assert "ESCO, European Commission, CC BY 4.0" in out


class TestPages:
    def test_the_page_of_skills_shows_groups_and_names_their_source(self, client, small):
        assert "ESCO" not in client.get("/skills/").text
        services.import_esco(small)
        page = client.get("/skills/").text
        assert "Computing, in general" in page
        assert 'href="/skills/sql/"' not in page
        assert "https://creativecommons.org/licenses/by/4.0/" in page
        assert "CC BY 4.0" in client.get("/skills/", {"q": "sql"}).text
        assert "CC BY 4.0" in client.get("/skills/sql/").text

    def test_the_queries_stay_two_and_those_of_every_page(self, client, small, django_assert_num_queries):
        services.load_starter()
        services.import_esco(small)
        with django_assert_num_queries(4):  # who sees the site, and what is said to all
            client.get("/skills/")


@archives.needs_esco
def test_all_of_esco_beside_our_own_twice(starter, client):
    ours = dict(Skill.objects.values_list("pk", "name"))
    rows = list(Skill.objects.order_by("pk").values())
    done = services.import_esco(archives.REAL)
    assert done.skills + done.matched == 13_896
    assert done.groups == 640
    assert len(done.problems) == 8
    assert done.relations > 26_000
    assert list(Skill.objects.filter(pk__in=ours).order_by("pk").values()) == rows
    assert services.resolve("postgres").name == "PostgreSQL"
    assert EscoConcept.objects.filter(skill=services.resolve("postgres")).exists()
    assert services.suggest("pyhton")[0].name == "Python"
    assert services.suggest("manage musical stafff")[0].name == "Manage musical staff"
    assert len(client.get("/skills/").content) < 200_000
    before = everything()
    services.import_esco(archives.REAL)
    assert everything() == before
