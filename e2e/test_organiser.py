"""The organiser's pages open only with a second factor, which is set up where it is missing."""

from playwright.sync_api import expect

from e2e.ways import plain_phone_and_scripted_desk
from features.accounts.models import RoleGrant
from tests.accounts.conftest import add_totp, code_now
from tests.factories import PASSWORD


def go_to(page, place):
    """The places of whoever runs the site stand beside the page at the desk, and open above it on a phone."""
    menu = page.get_by_role("navigation", name="Manage")
    if menu.locator("summary").is_visible():
        menu.locator("summary").click()
    menu.get_by_role("link", name=place, exact=True).click()


def log_in(page, person):
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()


@plain_phone_and_scripted_desk
def test_logs_in_with_the_app_and_gives_a_role(enter, screen, javascript, organiser, learner):
    secret = add_totp(organiser)
    page = enter(screen=screen, javascript=javascript)
    page.goto("/manage/roles/")
    log_in(page, organiser)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    page.get_by_label("Code").fill(code_now(secret))
    page.get_by_role("button", name="Log in", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Roles")
    page.get_by_role("link", name="find the person").click()
    page.get_by_role("link", name="Sofia Mendes").click()
    page.locator("summary", has_text="Give a role").click()
    page.get_by_label("Role", exact=True).select_option("expert")
    page.get_by_label("Why").fill("Teaches for a month")
    page.get_by_role("button", name="Give the role").click()
    expect(page.get_by_text("Sofia Mendes has the role now.")).to_be_visible()
    assert RoleGrant.objects.get(person=learner).granted_by == organiser

    go_to(page, "Audit log")
    expect(page.get_by_role("row").filter(has_text="Sofia Mendes").filter(has_text="Oskar Lindqvist")).to_be_visible()
    page.get_by_role("searchbox", name="A person, or a thing such as Session 12").fill("oskar")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("row").filter(has_text="gave a role")).to_have_count(0)
    go_to(page, "Announcement")
    page.get_by_label("What everybody reads").fill("Tonight the site rests for an hour.")
    page.get_by_role("button", name="Say it on every page").click()
    expect(page.get_by_role("complementary", name="Announcement")).to_contain_text("Tonight the site rests")
    page.get_by_role("button", name="End it now").click()
    expect(page.get_by_role("complementary", name="Announcement")).to_have_count(0)
    go_to(page, "Work")
    expect(page.get_by_text("Nothing was given up.")).to_be_visible()
    go_to(page, "Roles")
    page.get_by_role("link", name="of Sofia Mendes").click()
    page.get_by_label("Why").fill("It was for a month")
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("Sofia Mendes no longer has the role.")).to_be_visible()


@plain_phone_and_scripted_desk
def test_without_a_second_factor_sets_one_up_first(enter, screen, javascript, organiser):
    page = enter(screen=screen, javascript=javascript)
    page.goto("/manage/")
    log_in(page, organiser)
    expect(page.get_by_text("Your role opens pages that need a second factor.")).to_be_visible()
    page.get_by_role("link", name="Set up the app").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    secret = page.get_by_label("Or type this secret into the app").input_value()
    page.get_by_label("Authenticator code").fill(code_now(secret))
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
