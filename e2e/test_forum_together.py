"""What several make of one question: an edit that is suggested and taken, and an answer that comes by mail."""

import re
from email.message import EmailMessage
from time import time

import pytest
from playwright.sync_api import expect

from core.signatures import sign
from e2e.ways import plain_phone_and_scripted_desk, scripted_phone_and_plain_desk
from features.forum import services
from features.forum.models import Board
from tests.accounts.conftest import add_totp, code_now
from tests.factories import PASSWORD

TITLE, TEXT = "Why is my index not used?", "I have a table of 300 rows, and the plan says Seq Scan."
BETTER = "I have a table of 300 rows in *one* schema, and the plan says Seq Scan."


@pytest.fixture
def thread(expert, skill):
    board = Board.objects.create(name="Databases", slug="databases", about="Queries", skill=skill)
    return services.ask(author=expert, board=board, kind="question", title=TITLE, text=TEXT, skills=[skill])


@plain_phone_and_scripted_desk
def test_an_edit_is_suggested_and_a_moderator_takes_it(
    enter, post, thread, expert, learner, moderator, screen, javascript
):
    page = enter(learner, screen=screen, javascript=javascript)
    page.goto(thread.get_absolute_url())
    page.get_by_role("link", name="Suggest an edit").click()
    page.get_by_label("The whole of it").fill(BETTER)
    page.get_by_label("What you changed, and why").fill("It matters which schema")
    page.get_by_role("button", name="Suggest it").click()
    expect(page.get_by_text("A moderator looks at it.")).to_be_visible()
    expect(page.get_by_text(TEXT)).to_be_visible()

    secret = add_totp(moderator)
    page = enter(screen=screen, javascript=javascript)
    page.goto("/moderation/")
    page.get_by_label("E-mail").fill(moderator.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_label("Code").fill(code_now(secret))
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_role("link", name=f"Suggested edit: {TITLE}").click()
    expect(page.get_by_text("It matters which schema")).to_be_visible()
    page.get_by_role("button", name="I look at this one").click()
    page.get_by_role("link", name="Take it", exact=True).click()
    page.get_by_label("Reason").select_option("tidying")
    page.get_by_role("button", name="Take it", exact=True).click()
    expect(page.get_by_text("Done: Take it.")).to_be_visible()

    reader = enter(expert, screen=screen, javascript=javascript)
    reader.goto(post.path(expert.email, "/forum/posts/"))
    expect(reader.get_by_text("in one schema")).to_be_visible()
    reader.get_by_role("link", name="edited").click()
    expect(reader.get_by_text("It matters which schema")).to_be_visible()
    expect(reader.get_by_text(learner.name)).to_be_visible()


@scripted_phone_and_plain_desk
def test_a_letter_is_answered_and_its_words_stand_in_the_thread(
    enter, post, thread, expert, learner, settings, screen, javascript
):
    settings.INBOUND_ADDRESS, settings.INBOUND_SECRET = "reply@in.example.org", "a secret that two of us know"
    page = enter(learner, screen=screen, javascript=javascript)
    page.goto(thread.get_absolute_url())
    page.get_by_label("Your answer").fill("How many pages is it?")
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.get_by_text("How many pages is it?").first).to_be_visible()
    services.set_state(post=thread.posts.get(part="reply"), state="shown")  # typed faster than anybody types
    letter = post.newest(expert.email)
    assert "You can answer this letter" in letter.body

    answer = EmailMessage()
    answer["From"], answer["To"], answer["Message-ID"] = expert.email, letter.message()["Reply-To"], "<1@example.org>"
    answer.set_content("Three, I have just looked.\n\nOn Monday the site wrote:\n\n> How many pages is it?\n")
    raw = answer.as_bytes()
    signature = {"Webhook-Signature": sign(raw, [settings.INBOUND_SECRET], int(time()))}
    sent = page.request.post("/forum/mail/", data=raw, headers=signature | {"Content-Type": "message/rfc822"})
    assert sent.status == 204

    page.goto(thread.get_absolute_url())
    expect(page.locator("article").filter(has_text=re.compile("Three, I have just looked"))).to_contain_text(
        expert.name
    )
    expect(page.get_by_text("On Monday the site wrote")).to_have_count(0)
