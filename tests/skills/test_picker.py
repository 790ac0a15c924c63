import pytest
from django import forms
from django.template import Context, Template

from features.skills import services
from features.skills.fields import SkillPickerField
from tests import factories

pytestmark = pytest.mark.django_db


class PickerForm(forms.Form):
    skills = SkillPickerField(label="Skills")


class OptionalForm(forms.Form):
    skills = SkillPickerField(required=False)


@pytest.fixture(scope="module")
def known(kept):
    names = ["SQL", "Python", "Welding", "Giving feedback"]
    return {name: factories.make_skill(name) for name in names} | {
        "PostgreSQL": factories.make_skill("PostgreSQL", synonyms=["Postgres"])
    }


def cleaned(typed, form=PickerForm):
    form = form({"skills": typed})
    return form.cleaned_data["skills"] if form.is_valid() else form.errors["skills"].as_data()


class TestSkillPickerField:
    def test_names_with_commas_between_become_skills_in_that_order(self, known):
        assert cleaned("welding, postgres ,SQL,") == [known["Welding"], known["PostgreSQL"], known["SQL"]]

    def test_two_names_of_one_skill_are_one(self, known):
        assert cleaned("Postgres, PostgreSQL") == [known["PostgreSQL"]]

    def test_more_than_three_are_too_many(self, known):
        (error,) = cleaned("SQL, Python, Welding, Postgres")
        assert error.code == "too_many"
        assert "3" in error.messages[0]

    @pytest.mark.parametrize("typed", ["", " ", ",", " , ,"])
    def test_none_is_refused_where_one_is_needed(self, known, typed):
        assert cleaned(typed)[0].code == "required"
        assert cleaned(typed, OptionalForm) == []

    def test_an_unknown_name_is_named_with_what_was_perhaps_meant(self, known):
        form = PickerForm({"skills": "SQL, Pyhton, elephants"})
        assert not form.is_valid()
        first, second = form.errors["skills"]
        assert first == "“Pyhton” is not a skill we know. Did you mean Python?"
        assert "“elephants”" in second

    def test_what_was_typed_is_kept_and_escaped(self, known):
        html = str(PickerForm({"skills": 'SQL, <b>"elephants'}))
        assert "SQL, &lt;b&gt;&quot;elephants" in html
        assert "<b>" not in html.replace("<b></b>", "")

    def test_skills_are_shown_as_their_names(self, known):
        form = PickerForm(initial={"skills": [known["SQL"], known["PostgreSQL"]]})
        assert 'value="SQL, PostgreSQL"' in str(form["skills"])
        assert not PickerForm({"skills": "SQL"}, initial={"skills": [known["SQL"]]}).has_changed()

    def test_it_is_a_combobox_over_a_listbox_and_brings_its_script(self, known):
        form = PickerForm()
        html = Template("{{ form.media }}{{ form.skills }}").render(Context({"form": form}))
        for part in (
            'role="combobox"',
            'aria-expanded="false"',
            'aria-controls="id_skills_options"',
            'hx-get="/skills/suggest/?field=skills"',
            '<div id="id_skills_options" class="suggest" role="listbox" aria-label="Skills that match"></div>',
            "js/picker.js",
        ):
            assert part in html, part
        assert "<script>" not in html

    @pytest.mark.parametrize("typed", ["\x00", "a" * 401, "\ud800, SQL", ",".join("x" * 50)])
    def test_odd_input_is_an_error_at_the_field(self, known, typed):
        assert cleaned(typed)[0].messages[0]

    def test_the_queries_do_not_grow_with_the_names(self, known, django_assert_num_queries):
        with django_assert_num_queries(1):
            cleaned("SQL, Python, Welding")


class TestSuggestions:
    def options(self, client, typed, **headers):
        return client.get("/skills/suggest/", {"field": "skills", "skills": typed}, headers=headers)

    def test_lists_what_the_last_name_may_become(self, client, known):
        page = self.options(client, "SQL, pos", hx_request="true").content.decode()
        assert page.count('role="option"') == 1
        assert 'data-name="PostgreSQL"' in page
        assert 'id="skills-option-1"' in page

    def test_shows_the_synonym_that_led_there(self, client, known):
        services.add_synonym(skill=known["Welding"], name="Soldering iron")
        page = self.options(client, "solder").content.decode()
        assert "<strong>Welding</strong>" in page
        assert "Soldering iron" in page

    def test_leaves_out_what_is_chosen_already(self, client, known):
        assert "data-name" not in self.options(client, "Postgres, postg").content.decode()

    def test_says_so_when_nothing_matches_and_is_silent_when_nothing_is_typed(self, client, known):
        assert 'aria-disabled="true"' in self.options(client, "elephants").content.decode()
        assert self.options(client, "SQL, ").content.strip() == b""

    @pytest.mark.parametrize(
        "query", [{}, {"field": "x"}, {"field": "\x00", "\x00": "\x00"}, {"field": '"><b>', '"><b>': "sq"}]
    )
    def test_odd_questions_are_answered(self, client, known, query):
        response = client.get("/skills/suggest/", query)
        assert response.status_code == 200
        assert b"<b>" not in response.content

    def test_is_a_fragment_that_nobody_indexes_and_nobody_posts_to(self, client, known):
        assert self.options(client, "s")["X-Robots-Tag"] == "noindex"
        assert client.post("/skills/suggest/").status_code == 405

    def test_the_queries_do_not_grow_with_the_options(self, client, known, django_assert_num_queries):
        services.load_starter()
        with django_assert_num_queries(4):
            self.options(client, "SQL, p")
