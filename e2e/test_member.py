"""A member: comes in by password or by mailed code, sees times in their zone, leaves nothing behind."""

from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from e2e.ways import scripted_phone_and_plain_desk
from e2e.world import published, seated
from tests.factories import PASSWORD

ZONE = ZoneInfo("Asia/Kathmandu")


def open_menu(page):
    page.get_by_label("You, Sofia Mendes").click()


@scripted_phone_and_plain_desk
def test_what_was_left_out_is_said_at_the_field_in_our_words(enter, screen, javascript, learner):
    page = enter(learner, screen=screen, javascript=javascript)
    page.goto("/account/preferences/")
    page.get_by_label("Name", exact=True).fill("")
    page.get_by_label("Handle").fill("sofia-m")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("Fill this in.").last).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    expect(page.get_by_label("Handle")).to_have_value("sofia-m")


@scripted_phone_and_plain_desk
def test_comes_in_by_password_and_leaves_nothing_behind(enter, screen, javascript, learner, expert, skill):
    session = published(expert, [skill])
    seated(session, learner)
    page = enter(screen=screen, javascript=javascript)
    page.goto("/agenda/")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    page.get_by_label("E-mail").fill(learner.email)
    page.get_by_label("Password").fill("not my password")
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_text("E-mail and password do not match.")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_have_value(learner.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your agenda")
    expect(page.get_by_role("link", name=session.title)).to_be_visible()

    open_menu(page)
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("link", name="Log in").first).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    for private in (learner.name, learner.email, session.title):
        expect(page.get_by_text(private)).to_have_count(0)


@scripted_phone_and_plain_desk
def test_comes_in_by_a_mailed_code(enter, post, screen, javascript, learner):
    page = enter(screen=screen, javascript=javascript)
    page.goto("/account/login/?next=/agenda/")
    page.get_by_role("link", name="E-mail me a code instead").click()
    page.get_by_label("E-mail").fill(learner.email)
    page.get_by_role("button", name="Send the code").click()
    page.get_by_label("Code").fill("BBBB-CCCC")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("That is not the code from the newest letter.")).to_be_visible()
    page.get_by_label("Code").fill(post.code(learner.email))
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your agenda")


@scripted_phone_and_plain_desk
def test_the_chosen_zone_is_the_one_that_times_are_shown_in(enter, screen, javascript, learner, expert, skill):
    session = published(expert, [skill])
    page = enter(learner, screen=screen, javascript=javascript)
    page.goto("/account/preferences/")
    page.get_by_label("English").check()
    page.get_by_label("Time zone").select_option("Asia/Kathmandu")
    page.get_by_role("button", name="Save preferences").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.goto(session.get_absolute_url())
    there = session.starts_at.astimezone(ZONE)
    expect(page.get_by_text(f"{there:%H:%M}").locator("visible=true").first).to_be_visible()
    expect(page.get_by_text("Times are shown in Kathmandu time.")).to_be_visible()
