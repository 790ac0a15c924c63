"""What htmx adds: results that follow the words, one seat for two taps, errors that stand where they belong, and the
way to the log-in page when a session is over."""

import re
from datetime import timedelta
from secrets import token_hex
from zoneinfo import ZoneInfo

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from e2e.conftest import session_of
from e2e.world import published, seated
from features.forum import services as forum
from features.forum.models import Board
from features.sessions.models import Registration
from tests.factories import make_user

NEW_YORK, LAGOS = ZoneInfo("America/New_York"), ZoneInfo("Africa/Lagos")
TOASTS = {
    401: "That did not work, and nothing was changed.",
    403: "That did not work, and nothing was changed.",
    404: "That did not work, and nothing was changed.",
    409: "That did not work, and nothing was changed.",
    429: "That was too often.",
    500: "That did not work, and nothing was changed.",
    503: "That did not work, and nothing was changed.",
}


@pytest.fixture
def session(expert, skill):
    return published(expert, [skill], capacity=2)


class TestSearch:
    def test_results_and_address_follow_the_words(self, enter, session, expert, skill):
        published(expert, [skill], title="Backups that come back", starts_in=timedelta(days=5))
        page = enter()
        page.goto("/sessions/")
        expect(page.get_by_role("heading", name="2 sessions")).to_be_visible()
        loaded = page.evaluate("performance.timeOrigin")
        search = page.get_by_role("searchbox", name="Search sessions")
        search.press_sequentially("back")
        expect(page.get_by_role("heading", name="1 session for “back”")).to_be_visible()
        search.press_sequentially("ups")
        expect(page.get_by_role("heading", name="1 session for “backups”")).to_be_visible()
        expect(page.get_by_role("status").filter(has_text="1 session for “backups”")).to_be_attached()
        expect(page.get_by_role("link", name=session.title)).to_have_count(0)
        expect(page).to_have_url(re.compile(r"/sessions/\?q=backups"))
        expect(search).to_be_focused()
        assert page.evaluate("performance.timeOrigin") == loaded

        page.get_by_role("link", name="Backups that come back").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Backups that come back")
        page.go_back()
        expect(page.get_by_role("heading", name="1 session for “backups”")).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sessions")
        expect(search).to_have_value("backups")
        page.go_back()  # one step for all its letters
        expect(page.get_by_role("heading", name="2 sessions")).to_be_visible()

    def test_a_box_that_is_pressed_when_results_come_is_ticked(self, enter, session):
        page, held = enter(), []
        page.goto("/sessions/")
        page.route("**/sessions/?*", lambda route: held.append(route))
        box = page.get_by_role("checkbox", name="Workshop")
        box.hover()
        with page.expect_request(re.compile(r"/sessions/\?")):
            page.get_by_role("searchbox", name="Search sessions").fill("query")
        page.mouse.down()
        held.pop().continue_()
        expect(page.get_by_role("heading", name="1 session for “query”")).to_be_visible()
        page.mouse.up()
        page.unroute_all()
        expect(page).to_have_url(re.compile("kind=workshop"))
        expect(box).to_be_checked()

    def test_nothing_found_offers_a_way_on(self, enter, session):
        page = enter()
        page.goto("/sessions/")
        page.get_by_role("searchbox", name="Search sessions").press_sequentially("postgers")
        page.get_by_role("link", name="PostgreSQL", exact=True).click()
        expect(page.get_by_role("link", name=session.title)).to_be_visible()


class TestSeat:
    def test_two_taps_are_one_seat(self, enter, session, learner):
        page = enter(learner, screen="phone")
        page.goto(session.get_absolute_url())
        page.locator("#join").get_by_role("button", name="Take a seat").dblclick()
        expect(page.get_by_role("heading", name="You have a seat")).to_be_focused()
        assert Registration.objects.count() == 1

    def test_the_last_seat_taken_meanwhile_is_said_in_place(self, enter, session, learner, outsider):
        page = enter(learner)
        page.goto(session.get_absolute_url())
        seated(session, outsider, make_user("Third Thandeka"))
        page.locator("#join").get_by_role("button", name="Take a seat").click()
        expect(page.get_by_role("alert").filter(has_text="All seats are taken.")).to_be_visible()
        page.get_by_role("button", name="Join the waitlist").click()
        expect(page.get_by_role("heading", name="You are number 1 of 1 in line")).to_be_focused()
        expect(page.get_by_role("heading", level=1)).to_have_count(1)

    def test_a_note_that_is_too_long_keeps_its_words(self, enter, session, learner):
        page = enter(learner)
        page.goto(f"{session.get_absolute_url()}registration/")
        note = page.get_by_label("A word to the host")
        note.evaluate("field => field.removeAttribute('maxlength')")
        note.fill("x" * 501)
        page.get_by_role("button", name="Take a seat").click()
        expect(page.get_by_text("at most 500 characters")).to_be_visible()
        expect(note).to_have_value("x" * 501)
        expect(note).to_be_focused()

    def test_a_session_that_is_over_leads_to_the_log_in_page(self, enter, session, learner):
        page = enter(learner)
        page.goto(session.get_absolute_url())
        Session.objects.all().delete()
        page.locator("#join").get_by_role("button", name="Take a seat").click()
        expect(page).to_have_url(re.compile("/registration/$"))
        expect(page.get_by_role("heading", name="Take a seat")).to_be_visible()
        expect(page.get_by_role("link", name="Log in").last).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert not Registration.objects.exists()

    def test_a_page_from_before_a_new_log_in_learns_of_it(self, enter, watch, session, learner, outsider, base_url):
        watch.expect(403)

        def log_in_elsewhere(person):
            cookies = {"sessionid": session_of(person), "csrftoken": token_hex(16)}
            page.context.add_cookies([{"name": n, "value": value, "url": base_url} for n, value in cookies.items()])

        page = enter(learner)
        page.goto(session.get_absolute_url())
        take = page.locator("#join").get_by_role("button", name="Take a seat")
        log_in_elsewhere(outsider)
        take.click()
        expect(page.locator(".toast")).to_contain_text("somebody else is logged in here by now")
        page.locator(".toast").get_by_role("button", name="Close").click()
        take.click()
        expect(page.locator(".toast")).to_contain_text("somebody else is logged in here by now")
        assert not Registration.objects.exists()
        log_in_elsewhere(learner)
        take.click()
        expect(page.locator(".toast").last).to_contain_text("You have logged in anew")
        take.click()
        expect(page.get_by_role("heading", name="You have a seat")).to_be_focused()
        assert Registration.objects.get().person == learner


class TestRefusals:
    """H6: what is no fragment is never put into the page; what happened is said in our words."""

    @pytest.mark.parametrize("status", TOASTS)
    def test_a_status_becomes_a_toast(self, enter, watch, session, learner, status):
        watch.expect(status)
        page = enter(learner)
        page.goto(session.get_absolute_url())
        page.route("**/registration/", lambda route: route.fulfill(status=status, body="<h1>Traceback</h1>"))
        page.locator("#join").get_by_role("button", name="Take a seat").click()
        expect(page.locator(".toast")).to_contain_text(TOASTS[status])
        expect(page.get_by_text("Traceback")).to_have_count(0)
        expect(page.locator("#join").get_by_role("button", name="Take a seat")).to_be_enabled()


def test_a_strangers_times_are_in_the_browsers_zone_and_say_so(enter, session):
    page = enter(timezone_id="America/New_York")
    page.goto(session.get_absolute_url())
    start = page.locator("dt time:visible").first
    expect(start).to_contain_text(f"{session.starts_at.astimezone(NEW_YORK):%H:%M}")
    there = f"New York time. {session.starts_at.astimezone(LAGOS):%H:%M} in Lagos."
    expect(page.get_by_role("definition").filter(has_text=there).locator("visible=true")).to_be_visible()
    expect(page.get_by_text("Times are shown in New York time.")).to_be_visible()


class TestThread:
    """What is done to a thread is seen where it is done, and what was being typed there stays."""

    @pytest.fixture
    def thread(self, outsider, expert, skill):
        board = Board.objects.create(name="Databases", slug="databases", about="Queries", skill=skill)
        thread = forum.ask(
            author=outsider, board=board, kind="question", title="Why is my index not used?", skills=[skill],
            text="I have a table of 300 rows, and the plan says Seq Scan.",
        )  # fmt: skip
        forum.reply(author=expert, thread=thread, text="Buy my course, it has all the answers.")
        return thread

    def test_a_list_of_choices_that_was_opened_meanwhile_stays_open(self, enter, thread):
        page, held = enter(), []
        page.goto("/forum/")
        page.route("**/forum/?*", lambda route: held.append(route))
        with page.expect_request(re.compile(r"/forum/\?")):
            page.get_by_label("Answers").select_option("unsolved")
        page.locator("#f-kind").click()
        opened = page.locator("#f-kind:open").element_handle()
        held.pop().continue_()
        expect(page).to_have_url(re.compile("state=unsolved"))
        assert opened.evaluate("node => node.isConnected && node.matches(':open')")

    def test_an_act_changes_head_count_and_events_in_place(self, enter, thread, moderator):
        page = enter(moderator)
        page.goto(thread.get_absolute_url())
        loaded = page.evaluate("performance.timeOrigin")
        page.get_by_label("Your answer").fill("What I was about to say")

        def do(post, name):
            place = page.locator(f"#post-{post.pk}")
            place.locator("details.menu summary").first.click()
            place.get_by_role("link", name=name).click()
            place.get_by_label("Reason").select_option("advertising")
            place.get_by_role("button", name=name).click()

        do(thread.posts.get(part="reply"), "Remove")
        expect(page.get_by_role("heading", name="0 answers")).to_be_visible()
        expect(page.get_by_text("removed a post")).to_be_visible()
        expect(page.get_by_label("Your answer")).to_have_value("What I was about to say")
        do(thread.posts.get(part="opening"), "Lock the thread")
        expect(page.get_by_text("Locked: nothing changes any more")).to_be_visible()
        expect(page.get_by_text("locked this thread")).to_be_visible()
        expect(page.get_by_label("Your answer")).to_have_count(0)
        assert page.evaluate("performance.timeOrigin") == loaded


def test_whoever_joins_the_line_is_asked_no_more_at_the_foot_of_the_page(enter, session, learner):
    for name in ("First Fenwick", "Second Sato"):
        seated(session, make_user(name))
    page = enter(learner, screen="phone")
    page.goto(session.get_absolute_url())
    dock = page.get_by_role("link", name="Join the waitlist")
    expect(dock).to_be_visible()
    page.get_by_role("button", name="Join the waitlist").click()
    expect(page.get_by_role("heading", name="You are number 1 of 1 in line")).to_be_visible()
    expect(dock).to_be_hidden()
