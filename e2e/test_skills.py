"""Finding and naming skills, with and without scripts, and the hours a member keeps free."""

import re

import pytest
from playwright.sync_api import expect

from features.calendar import services as calendar
from features.sessions.models import SkillSession
from features.skills import services as skills


@pytest.fixture
def known(transactional_db):
    names = [("SQL", []), ("PostgreSQL", ["Postgres"]), ("Microsoft Excel", ["Excel"]), ("Welding", [])]
    return {name: skills.add_skill(name=name, synonyms=synonyms) for name, synonyms in names}


class TestPicker:
    def test_the_keyboard_alone_is_enough(self, enter, expert, known):
        page = enter(expert)
        page.goto("/sessions/new/")
        field = page.get_by_role("combobox", name="Skills")
        field.press_sequentially("sql, postg")
        option = page.get_by_role("option", name="PostgreSQL")
        expect(option).to_be_visible()
        expect(field).to_have_attribute("aria-expanded", "true")
        field.press("ArrowDown")
        expect(option).to_have_attribute("aria-selected", "true")
        expect(field).to_have_attribute("aria-activedescendant", option.get_attribute("id"))
        field.press("Enter")
        expect(field).to_have_value("sql, PostgreSQL, ")
        expect(field).to_have_attribute("aria-expanded", "false")
        assert page.url.endswith("/sessions/new/")

    def test_a_press_takes_an_option_that_a_slip_led_to(self, enter, expert, known):
        page = enter(expert, screen="phone")
        page.goto("/sessions/new/")
        field = page.get_by_role("combobox", name="Skills")
        field.press_sequentially("exel")
        page.get_by_role("option", name="Microsoft Excel").tap()
        expect(field).to_have_value("Microsoft Excel, ")
        expect(field).to_be_focused()

    def test_an_option_that_is_pressed_when_others_come_is_taken(self, enter, expert, known):
        page, asking, held = enter(expert), re.compile("/skills/suggest/"), []
        page.goto("/sessions/new/")
        field = page.get_by_role("combobox", name="Skills")
        field.press_sequentially("postg")
        page.get_by_role("option", name="PostgreSQL").hover()
        page.route(asking, lambda route: held.append(route))
        with page.expect_request(asking):
            field.press("r")
        page.mouse.down()
        with page.expect_response(asking):
            held.pop().continue_()
        page.mouse.up()
        expect(field).to_have_value("PostgreSQL, ")

    def test_escape_and_leaving_close_the_list(self, enter, expert, known):
        page = enter(expert)
        page.goto("/sessions/new/")
        field = page.get_by_role("combobox", name="Skills")
        options = page.get_by_role("listbox", name="Skills that match").get_by_role("option")
        field.press_sequentially("zzzz")
        expect(options).to_have_text("No skill is called that. Try a broader word.")
        field.press("Escape")
        expect(options).to_have_count(0)
        field.press_sequentially(", weld")
        expect(options).to_have_text("Welding")
        field.press("Tab")
        expect(options).to_have_count(0)

    def test_without_scripts_names_are_typed_and_an_unknown_one_is_said(self, enter, expert, known):
        page = enter(expert, javascript=False)
        page.goto("/sessions/new/")
        page.get_by_label("Title").fill("Reading a query plan")
        page.get_by_label("Outcome").fill("Know where to look first.")
        field = page.get_by_role("combobox", name="Skills")
        field.fill("Postgres, exel")
        page.get_by_role("button", name="Save as draft").click()
        expect(page.get_by_text("“exel” is not a skill we know. Did you mean Microsoft Excel?").first).to_be_visible()
        expect(field).to_have_value("Postgres, exel")
        field.fill("Postgres, Excel")
        page.get_by_role("button", name="Save as draft").click()
        expect(page.get_by_label("Outcome")).to_have_count(0)
        session = SkillSession.objects.get()
        assert {skill.name for skill in session.skills.all()} == {"PostgreSQL", "Microsoft Excel"}


class TestBrowse:
    def test_a_slip_in_the_search_still_leads_to_the_skill(self, enter, known, javascript):
        page = enter(javascript=javascript)
        page.goto("/skills/")
        page.get_by_role("searchbox", name="Search skills").fill("postgers")
        if not javascript:
            page.get_by_role("button", name="Search").click()
        expect(page).to_have_url(re.compile(r"q=postgers"))
        page.get_by_role("link", name="PostgreSQL").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("PostgreSQL")
        expect(page.get_by_text("Also called Postgres.")).to_be_visible()


class TestFreeHours:
    def test_hours_are_added_mended_and_removed(self, enter, learner, javascript, screen):
        page = enter(learner, javascript=javascript, screen=screen)
        page.goto("/account/weekly-hours/")
        page.get_by_label("Sunday").check()
        page.get_by_label("From").fill("20:00")
        page.get_by_label("Until").fill("19:00")
        page.get_by_role("button", name="Add").click()
        expect(page.get_by_text("The end must be later than the start.")).to_be_visible()
        expect(page.get_by_label("Until")).to_be_focused()
        expect(page.get_by_label("Sunday")).to_be_checked()
        page.get_by_label("Until").fill("00:00")
        page.get_by_role("button", name="Add").click()
        expect(page.get_by_role("listitem").filter(has_text="20:00–24:00")).to_be_visible()
        page.get_by_role("button", name="Remove Sunday 20:00").click()
        expect(page.get_by_text("No free hours yet")).to_be_visible()
        page.get_by_role("button", name="Weekday evenings").click()
        expect(page.get_by_role("listitem").filter(has_text="18:00–21:00")).to_have_count(5)
        assert calendar.week_of(learner).count() == 5
