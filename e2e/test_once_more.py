"""Whoever has no password shows by a mailed code that it is they, where their account is guarded."""

import re

from playwright.sync_api import expect

from e2e.ways import scripted_phone_and_plain_desk


@scripted_phone_and_plain_desk
def test_a_mailed_code_opens_what_was_asked_for(enter, post, screen, javascript, learner):
    learner.set_unusable_password()
    learner.save()
    page = enter(learner, screen=screen, javascript=javascript)
    page.goto("/account/data/")
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    page.get_by_role("button", name=f"Mail a code to {learner.email}").click()
    page.get_by_label("Code").fill("WRNG-CODE")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("That is not the code from the newest letter.").first).to_be_visible()
    page.get_by_label("Code").fill(post.code(learner.email))
    page.get_by_role("button", name="Go on").click()
    expect(page).to_have_url(re.compile("/account/data/$"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
