"""A member reports an answer; a moderator decides in the queue, takes it back, and decides in the thread."""

import pytest
from playwright.sync_api import expect

from e2e.world import advertised
from features.forum.models import Post
from tests.accounts.conftest import add_totp, code_now
from tests.factories import PASSWORD


@pytest.mark.parametrize(("screen", "javascript"), [("phone", False)], ids=["phone-no-script"], indirect=True)
def test_reported_decided_taken_back_and_hidden_in_place(
    enter, screen, javascript, learner, outsider, expert, moderator, skill
):
    answer = advertised(outsider, expert, skill)
    thread = answer.thread

    page = enter(learner, screen=screen, javascript=javascript)
    page.goto(thread.get_absolute_url())
    menu = page.locator(f"#post-{answer.pk} details.menu")
    menu.locator("summary").click()
    menu.get_by_role("link", name="Report").click()
    page.get_by_label("It advertises instead of helping").check()
    page.get_by_role("button", name="Report").click()
    expect(page.get_by_text("A moderator looks at it;")).to_be_visible()

    secret = add_totp(moderator)
    page = enter(screen=screen, javascript=javascript)
    page.goto("/moderation/")
    page.get_by_label("E-mail").fill(moderator.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_label("Code").fill(code_now(secret))
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_role("link", name="Answer in: Why is my index not used?").click()
    expect(page.get_by_text("It advertises instead of helping")).to_be_visible()
    page.get_by_role("button", name="I look at this one").click()
    page.get_by_role("link", name="Remove").click()
    page.get_by_label("Reason").select_option("advertising")
    page.get_by_label("In your words").fill("Say here how it works.")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Done: Remove.")).to_be_visible()
    assert Post.objects.get(pk=answer.pk).state == "hidden"
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back: it is as it was before.")).to_be_visible()

    page.goto(thread.get_absolute_url())
    menu = page.locator(f"#post-{answer.pk} details.menu")
    menu.locator("summary").click()
    menu.get_by_role("link", name="Hide until it is edited").click()
    if javascript:  # in place: the keyboard goes on where it was asked for
        expect(page.get_by_label("Reason")).to_be_focused()
    page.get_by_label("Reason").select_option("advertising")
    page.get_by_role("button", name="Hide until it is edited").click()
    expect(page.locator(f"#post-{answer.pk}").get_by_text("Waiting to be looked at")).to_be_visible()
    page.goto("/moderation/log/")
    expect(page.get_by_text("hid a post until it is edited")).to_be_visible()

    page.goto("/moderation/")  # what is left, chosen and looked at once more
    page.get_by_label("Choose: Why is my index not used?").check()
    page.get_by_role("button", name="Decide on those chosen").click()
    expect(page.get_by_text("I have a table of 300 rows")).to_be_visible()
    page.get_by_role("button", name="Let all stand, reports end").click()
    expect(page.get_by_text("1 case closed.")).to_be_visible()
    page.get_by_role("link", name="Figures").click()
    expect(page.get_by_role("columnheader", name="Busiest day")).to_be_visible()
