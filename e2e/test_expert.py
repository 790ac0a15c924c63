"""An expert with a phone: writes a session, shares it, moves it, checks people in with the thumb, calls it off."""

import csv
import re
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from e2e.post import event
from features.sessions import services
from features.sessions.models import Attendance, SkillSession

LAGOS = ZoneInfo("Africa/Lagos")


@pytest.fixture
def phone(enter, expert, javascript):
    return enter(expert, screen="phone", javascript=javascript)


def time_field(page):
    return page.get_by_label(re.compile(r"^Time \(optional\)$"))


def fill_time(page, moment):
    page.get_by_label("Date").fill(f"{moment:%Y-%m-%d}")
    time_field(page).fill(f"{moment:%H:%M}")


def test_from_the_first_draft_to_calling_it_off(phone, enter, post, javascript, expert, learner, skill):
    soon = timezone.now().astimezone(LAGOS) + timedelta(days=2)
    page, skills = phone, phone.get_by_role("combobox", name="Skills")
    page.goto("/hosting/")
    page.get_by_role("link", name="New session").click()
    page.get_by_label("Title").fill("Indexes that earn their keep")
    page.get_by_label("Outcome").fill("Leave with one index less and one query faster.")
    skills.fill("Postgress")
    time_field(page).fill("18:30")
    page.get_by_role("button", name="Save and publish").click()

    # Each fault stands at its field, and nothing that was typed is gone.
    expect(skills).to_have_accessible_description(re.compile(r"Did you mean PostgreSQL\?$"))
    expect(page.get_by_label("Date")).to_have_accessible_description("A date needs a time, and a time needs a date.")
    expect(skills).to_be_focused()
    expect(page.get_by_label("Title")).to_have_value("Indexes that earn their keep")
    expect(time_field(page)).to_have_value("18:30")
    assert not SkillSession.objects.exists()

    if javascript:
        skills.fill("")
        skills.press_sequentially("postg")
        page.get_by_role("option", name="PostgreSQL").click()
        expect(skills).to_have_value("PostgreSQL, ")
    else:
        skills.fill("Postgres")
    fill_time(page, soon)
    page.get_by_label("Room link").fill("https://meet.example.org/indexes")
    page.get_by_role("button", name="Save and publish").click()
    expect(page.get_by_text("Your session is public. Share its address.")).to_be_visible()
    session = SkillSession.objects.get()
    assert [taught.name for taught in session.skills.all()] == ["PostgreSQL"]
    assert session.starts_at == soon.replace(second=0, microsecond=0)

    # Whoever is sent the address sees it.
    reader = enter(screen="phone", javascript=javascript)
    reader.goto(page.url)
    expect(reader.get_by_role("heading", level=1)).to_have_text("Indexes that earn their keep")

    # A new time reaches who has a seat.
    services.register(session=session, person=learner)
    start = timezone.now().astimezone(LAGOS) + timedelta(minutes=40)
    page.get_by_role("link", name="Change", exact=True).click()
    fill_time(page, start)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    letter = post.newest(learner.email)
    assert letter.subject.startswith("Changed: Indexes that earn their keep, now")
    moved = event(letter.attachments[0].get_content())
    assert moved.start == start.replace(second=0, microsecond=0)

    # At the door.
    page.get_by_role("link", name="Roster", exact=True).first.click()
    expect(page.get_by_role("progressbar", name="0 of 1 checked in")).to_be_visible()
    page.get_by_role("button", name="Check in Sofia Mendes").tap()
    expect(page.get_by_role("button", name="Sofia Mendes is here")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("progressbar", name="1 of 1 checked in")).to_be_visible()
    assert Attendance.objects.get().recorded_by == expert
    page.get_by_role("button", name="Sofia Mendes is here").tap()
    expect(page.get_by_role("progressbar", name="0 of 1 checked in")).to_be_visible()
    assert not Attendance.objects.exists()
    page.get_by_role("button", name="Check in Sofia Mendes").tap()
    expect(page.get_by_role("progressbar", name="1 of 1 checked in")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    [row] = csv.DictReader(Path(download.value.path()).read_text().splitlines())
    assert (row["name"], row["source"]) == ("Sofia Mendes", "check_in")

    # A word to those who registered: looked at with their number, and read by a moderator first.
    page.get_by_role("link", name="Write to them").click()
    page.get_by_label("Message", exact=True).fill("Bring a slow query of your own.")
    page.get_by_label("Subject").fill("See www.example.org")
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_label("Subject")).to_have_accessible_description(re.compile("Leave links and addresses out"))
    page.get_by_label("Subject").fill("Bring a query")
    page.get_by_role("button", name="Look at it").click()
    page.get_by_role("button", name="Send it to 1 person").click()
    expect(page.get_by_text("A moderator reads it now, and then it goes out.")).to_be_visible()

    # Called off: what it does is said first.
    page.get_by_role("link", name="Indexes that earn their keep").click()
    page.get_by_role("link", name="Cancel the session").click()
    expect(page.get_by_text("1 person with a seat gets a letter with your reason")).to_be_visible()
    page.get_by_label("What happened").fill("I lost my voice.")
    page.get_by_role("button", name="Cancel the session").click()
    expect(page.get_by_text("The session is cancelled.")).to_be_visible()
    letter = post.newest(learner.email)
    assert letter.subject == "Cancelled: Indexes that earn their keep"
    assert "I lost my voice." in letter.body
    withdrawn = event(letter.attachments[0].get_content())
    assert (withdrawn["UID"], withdrawn["STATUS"]) == (moved["UID"], "CANCELLED")
    assert withdrawn["SEQUENCE"] > moved["SEQUENCE"]
    reader.reload()
    expect(reader.get_by_text("Cancelled", exact=True)).to_be_visible()
    expect(reader.get_by_text("I lost my voice.")).to_be_visible()


def test_a_draft_is_seen_by_its_host_alone(phone, enter, javascript, outsider, skill):
    page = phone
    page.goto("/sessions/new/")
    page.get_by_label("Title").fill("Not ready")
    page.get_by_label("Outcome").fill("Nobody knows yet.")
    page.get_by_role("combobox", name="Skills").fill("PostgreSQL")
    page.get_by_role("button", name="Save as draft").click()
    expect(page.get_by_text("Only you can see it.")).to_be_visible()
    expect(page.get_by_text("No date yet").locator("visible=true")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Say when it starts.")).to_be_visible()
    assert not SkillSession.objects.published().exists()
