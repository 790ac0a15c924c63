"""site.js in a real browser, under the real content policy: what it adds, and that pages stand without it."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.urls("e2e.script_pages")


@pytest.fixture
def visit(enter):
    """Open a path in Tokyo, which has no clock changes."""

    def visit(path, **options):
        page = enter(timezone_id="Asia/Tokyo", **options)
        page.goto(path)
        return page

    return visit


class TestTimes:
    def test_a_strangers_browser_makes_them_local(self, visit):
        page = visit("/try/times/")
        expect(page.locator("#full")).to_have_text("Thu 27 November 2031, 03:30 to 05:00")
        expect(page.locator("#day")).to_have_text("Thursday 27 November 2031")
        expect(page.locator("#tile")).to_have_text("Thu27Nov")
        expect(page.locator("#kept")).to_have_text("27 November 2031")
        expect(page.locator("#beside")).to_have_text("Tokyo time. 19:30 in Lagos.")
        expect(page.get_by_text("Times are shown in Tokyo time.")).to_be_visible()

    def test_without_scripts_the_zone_that_is_named_is_the_one_that_is_shown(self, visit):
        page = visit("/try/times/", javascript=False)
        expect(page.locator("#full")).to_have_text("Wed 26 November 2031, 19:30 to 21:00")
        expect(page.get_by_text("Times are shown in Berlin time.")).to_be_visible()

    def test_empty_zone_fields_learn_the_browsers_zone(self, visit):
        page = visit("/try/times/")
        expect(page.locator("#zone")).to_have_value("Asia/Tokyo")
        expect(page.locator("#hidden")).to_have_value("Asia/Tokyo")

    def test_a_hold_counts_down(self, visit):
        page = visit("/try/times/")
        expect(page.locator("#left")).to_have_text("01:13", timeout=5000)


class TestForms:
    def test_a_double_press_sends_once(self, visit):
        page = visit("/try/forms/")
        posts = []
        page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
        page.get_by_role("button", name="Send").dblclick()
        page.wait_for_url("**/try/forms/?sent=*")
        assert len(posts) == 1

    def test_a_double_press_sends_once_in_place_as_well_and_the_button_says_that_it_waits(self, visit):
        page = visit("/try/forms/")
        posts = []
        page.route("**/try/said/", lambda route: posts.append(route))
        say = page.get_by_role("button", name="Say")
        say.dblclick()
        expect(say).to_have_attribute("aria-busy", "true")
        expect(page.locator("#told")).to_have_text("One moment. It is on its way.")
        posts[0].continue_()
        expect(page.locator("#here")).to_have_text("done")
        expect(say).not_to_have_attribute("aria-busy", "true")
        assert len(posts) == 1
        page.unroute("**/try/said/")
        page.locator("#here").evaluate("here => here.textContent = ''")
        say.click()
        expect(page.locator("#here")).to_have_text("done")

    def test_what_is_wrong_is_sent_for_our_words_but_half_a_date_which_only_the_browser_knows_of(self, visit):
        page = visit("/try/forms/")
        page.get_by_label("Mail").fill("nobody")
        page.get_by_label("Day").focus()
        page.keyboard.type("12")
        page.get_by_role("button", name="Keep").click()
        expect(page.get_by_label("Day")).to_be_focused()
        assert page.url.endswith("/try/forms/")
        page.get_by_label("Day").fill("")
        page.get_by_role("button", name="Keep").click()
        page.wait_for_url("**/try/forms/?sent=*")

    def test_the_way_back_shows_a_form_that_works(self, visit):
        page = visit("/try/forms/")
        page.get_by_role("button", name="Send").click()
        page.wait_for_url("**/try/forms/?sent=*")
        first = page.locator("#sent").inner_text()
        page.go_back()
        page.get_by_role("button", name="Send").click()
        expect(page.locator("#sent")).not_to_have_text(first)


class TestAnswers:
    def test_a_failure_is_said_in_our_words_and_stays(self, visit, watch):
        watch.expect(500)
        page = visit("/try/forms/")
        page.get_by_role("button", name="Break").click()
        toast = page.locator(".toast")
        expect(toast).to_contain_text("That did not work, and nothing was changed.")
        expect(page.locator("body")).not_to_contain_text("Secret trace")
        toast.get_by_role("button", name="Close").click()
        expect(toast).to_have_count(0)

    def test_too_often_is_told_apart(self, visit, watch):
        watch.expect(429)
        page = visit("/try/forms/")
        page.get_by_role("button", name="Hurry").click()
        expect(page.locator(".toast")).to_contain_text("That was too often.")

    def test_no_connection_is_told_apart(self, visit, watch):
        watch.expect("ERR_INTERNET_DISCONNECTED", "htmx:sendError", "htmx:afterRequest")
        page = visit("/try/forms/")
        page.context.set_offline(True)
        page.get_by_role("button", name="Fetch").click()
        expect(page.locator(".toast")).to_contain_text("No connection.")

    def test_focus_goes_to_the_heading_of_what_was_asked_for(self, visit):
        page = visit("/try/forms/")
        page.get_by_role("button", name="Fetch").click()
        expect(page.get_by_role("heading", name="What was asked for")).to_be_focused()

    def test_focus_that_went_with_what_was_replaced_comes_back(self, visit):
        page = visit("/try/forms/")
        page.get_by_role("button", name="Vote").press("Enter")
        expect(page.locator("#votes")).to_contain_text("1 of 2")
        expect(page.get_by_role("button", name="Vote")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#votes")).to_have_text("2 of 2")
        expect(page.locator("#votes")).to_be_focused()

    def test_a_next_page_is_read_from_its_beginning(self, visit):
        page = visit("/try/forms/")
        page.get_by_role("link", name="Next page").press("Enter")
        expect(page.locator("#rows")).to_be_focused()

    def test_a_page_that_opens_further_down_shows_what_it_says_there(self, visit, javascript):
        page = visit("/try/telling/", javascript=javascript)
        page.get_by_role("button", name="Tell").click()
        expect(page.locator("#end")).to_be_in_viewport()
        expect(page.get_by_text("Saved.")).to_be_in_viewport()
        expect(page.get_by_role("button", name="Undo")).to_be_in_viewport()

    def test_a_message_rides_along_as_a_toast(self, visit):
        page = visit("/try/forms/")
        page.get_by_role("button", name="Say").click()
        expect(page.locator("#here")).to_have_text("done")
        expect(page.locator("#toasts .toast.ok")).to_contain_text("Saved.")


class TestThingsThatOpen:
    def test_a_menu_closes_by_escape_and_by_a_press_beside_it(self, visit):
        page = visit("/try/forms/")
        menu = page.locator("main details.menu")
        menu.locator("summary").click()
        page.keyboard.press("Escape")
        expect(menu).not_to_have_attribute("open", "")
        expect(menu.locator("summary")).to_be_focused()
        menu.locator("summary").click()
        page.get_by_role("heading", name="Try").click()
        expect(menu).not_to_have_attribute("open", "")

    def test_a_fold_stays_as_it_was_left(self, visit):
        page = visit("/try/forms/")
        page.get_by_text("Filters").click()
        page.reload()
        expect(page.locator("details[data-keep]")).to_have_attribute("open", "")
