import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.skills import services

pytestmark = pytest.mark.django_db


def found(text, **kwargs):
    return [skill.name for skill in services.suggest(text, **kwargs)]


class TestResolve:
    def test_every_way_of_writing_a_name_means_the_same_skill(self, starter):
        for name in ("Postgres", "PostgreSQL", "postgres ", "POSTGRES", "post-gres", "\x00Postgres"):
            assert services.resolve(name).name == "PostgreSQL", name

    def test_names_that_differ_by_a_sign_stay_apart(self, starter):
        names = {"C": "C", "C++": "C++", "C#": "C#", "c sharp": "C#", "cpp": "C++", ".net": ".NET"}
        names |= {"NodeJS": "Node.js", "node.js": "Node.js", "node js": "Node.js"}
        assert {typed: services.resolve(typed).name for typed in names} == names

    @pytest.mark.parametrize("name", ["", "  ", "!!", "x" * 500, "\ud800"])
    def test_what_is_no_name_means_nothing(self, starter, name):
        assert services.resolve(name) is None

    def test_many_names_cost_one_query(self, starter, django_assert_num_queries):
        with django_assert_num_queries(1):
            meant = services.resolve_all(["Postgres", "k8s", "no such thing", "Excel"])
        assert {name: skill.name for name, skill in meant.items()} == {
            "Postgres": "PostgreSQL",
            "k8s": "Kubernetes",
            "Excel": "Microsoft Excel",
        }


class TestSuggest:
    def test_the_name_itself_comes_first(self, starter):
        assert found("c")[0] == "C"
        assert found("SQL")[0] == "SQL"

    def test_the_beginning_of_a_name_or_of_a_synonym_finds_it(self, starter):
        assert found("postg")[0] == "PostgreSQL"
        assert found("golan") == ["Go"]
        assert services.suggest("golan")[0].matched == "Golang"
        assert services.suggest("postgresq")[0].matched == ""

    def test_the_beginning_of_a_later_word_finds_it(self, starter):
        assert "Data visualisation" in found("vis")
        assert found("data vis")[0] == "Data visualisation"
        assert found("vis data")[0] == "Data visualisation"

    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("pyhton", "Python"),
            ("kubernets", "Kubernetes"),
            ("exel", "Microsoft Excel"),
            ("feedbak", "Giving feedback"),
            ("psotgres", "PostgreSQL"),
            ("negociation", "Negotiation"),
            ("machine lerning", "Machine learning"),
            ("spreadshet", "Microsoft Excel"),
            ("gdrp", "Data protection"),
            ("javascrpt", "JavaScript"),
        ],
    )
    def test_a_slip_is_forgiven(self, starter, typed, meant):
        assert found(typed)[0] == meant

    def test_a_slip_is_forgiven_when_postgres_has_counted_the_letters(self, starter):
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("ANALYZE skills_skillname")
        assert found("psotgres")[0] == "PostgreSQL"
        assert found("machine lerning")[0] == "Machine learning"

    def test_each_skill_comes_once_and_no_more_than_asked_for(self, starter):
        names = found("a", limit=5)
        assert len(names) == len(set(names)) == 5

    def test_what_is_like_nothing_finds_nothing(self, starter):
        assert found("xyzzyq") == []
        assert found("") == found("???") == []

    def test_the_number_of_queries_does_not_grow_with_what_is_found(self, starter, django_assert_max_num_queries):
        for typed in ("a", "postg", "managment", "xyzzyq"):
            with django_assert_max_num_queries(4):
                services.suggest(typed)

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(text=st.text(st.characters(exclude_categories=()), max_size=120))
    def test_any_text_is_answered(self, starter, text):
        assert isinstance(services.suggest(text), list)
        services.resolve(text)
