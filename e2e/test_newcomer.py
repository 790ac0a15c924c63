"""Somebody who has never been here: finds a session, signs up in the act, gets the calendar entry, gives it back."""

from datetime import timedelta
from pathlib import Path

from playwright.sync_api import expect

from e2e.post import event
from e2e.world import published
from features.sessions.models import Registration


def test_from_the_first_page_to_a_seat_and_back(enter, post, screen, javascript, expert, skill):
    """The journey that is made with all motion there is."""
    session = published(expert, [skill], capacity=12)
    published(expert, [skill], title="Query plans, the webinar", kind="webinar", starts_in=timedelta(days=5))
    page = enter(screen=screen, javascript=javascript, reduced_motion="no-preference")

    page.goto("/")
    page.get_by_label("What do you want to get better at?").fill("query plan")
    page.get_by_role("button", name="Find it").click()
    expect(page.get_by_role("heading", name="2 sessions for “query plan”")).to_be_visible()

    if screen == "phone":
        page.locator("summary").filter(has_text="Filters").click()
    page.get_by_role("checkbox", name="Workshop").check()
    if not javascript:
        page.get_by_role("button", name="Show results").click()
    expect(page.get_by_role("heading", name="1 session for “query plan”")).to_be_visible()
    expect(page.get_by_role("link", name="Query plans, the webinar")).to_have_count(0)
    page.get_by_role("link", name="Reading a query plan without fear").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Reading a query plan without fear")
    expect(page.get_by_text("12 of 12 seats left").locator("visible=true")).to_be_visible()
    page.get_by_role("link", name="Take a seat").locator("visible=true").last.click()

    page.get_by_label("Name").fill("Nkechi Abara")
    page.get_by_label("E-mail").fill("nkechi@example.org")
    page.get_by_label("A word to the host").fill("My plan has four sorts.")
    page.get_by_role("button", name="Continue").click()

    page.get_by_label("Code").fill(post.code("nkechi@example.org"))
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("A word to the host")).to_have_value("My plan has four sorts.")
    page.get_by_role("button", name="Take a seat").click()
    expect(page.get_by_role("heading", name="You have a seat")).to_be_visible()
    seat = Registration.objects.get()
    assert (seat.person.name, seat.note) == ("Nkechi Abara", "My plan has four sorts.")
    assert seat.person.time_zone == ("Europe/Berlin" if javascript else "")

    with page.expect_download() as download:
        page.get_by_role("link", name="Add to calendar").click()
    entry = event(Path(download.value.path()).read_bytes())
    assert entry["SUMMARY"] == session.title
    assert entry.start == session.starts_at
    assert entry.end == session.ends_at
    letter = post.newest("nkechi@example.org")
    assert letter.subject.startswith("You have a seat: Reading a query plan without fear")
    assert event(letter.attachments[0].get_content())["UID"] == entry["UID"]

    page.get_by_role("link", name="Give your seat back").click()
    expect(page.get_by_text("Your seat is open to others at once.")).to_be_visible()
    expect(page.get_by_text("It costs you nothing.")).to_be_visible()
    assert Registration.objects.active().exists()
    page.get_by_role("button", name="Give my seat back").click()
    expect(page.get_by_text("Your seat is given back.")).to_be_visible()
    assert not Registration.objects.active().exists()
    withdrawn = event(post.newest("nkechi@example.org").attachments[0].get_content())
    assert (withdrawn["UID"], withdrawn["STATUS"]) == (entry["UID"], "CANCELLED")
