"""A question from its first word to the answer that solved it, with and without scripts."""

import pytest
from playwright.sync_api import expect

from e2e.ways import scripted_phone_and_plain_desk
from features.forum import services
from features.forum.models import Board
from tests.factories import make_skill


@pytest.fixture
def board(db):
    skill = make_skill("PostgreSQL")
    return Board.objects.create(name="Databases", slug="databases", about="Queries and plans", skill=skill)


@scripted_phone_and_plain_desk
def test_a_question_is_asked_answered_and_solved(enter, board, expert, learner, screen, javascript):
    skill, other = board.skill, "Why does Postgres ignore my index on a small table?"
    services.ask(author=expert, board=board, kind="question", title=other, text="It is a small one.", skills=[skill])
    # Whoever has written before is taken at their word, however fast they type.
    services.ask(
        author=learner,
        board=board,
        kind="discussion",
        title="How do you begin a week?",
        text="With a list.",
        skills=[skill],
    )
    asker = enter(learner, screen=screen, javascript=javascript)
    asker.goto("/forum/new/")
    asker.get_by_label("In one sentence").fill("Why does Postgres ignore my small index?")
    if javascript:
        expect(asker.get_by_text("What is there already")).to_be_visible()
    asker.get_by_role("combobox", name="Skills").fill("PostgreSQL")
    asker.get_by_label("The whole of it").fill("The plan says `Seq Scan`, whatever I do.")
    if javascript:
        expect(asker.get_by_text("Saved ")).to_be_visible()
    else:
        asker.get_by_role("button", name="Save draft").click()
        expect(asker.get_by_label("The whole of it")).to_have_value("The plan says `Seq Scan`, whatever I do.")
    asker.get_by_role("button", name="Publish").click()
    expect(asker.get_by_role("heading", name="Has this been answered?")).to_be_visible()
    asker.get_by_role("button", name="None of these: publish").click()
    expect(asker.get_by_role("heading", name="Why does Postgres ignore my small index?")).to_be_visible()
    address = asker.url

    helper = enter(expert, screen=screen, javascript=javascript)
    helper.goto(address)
    helper.get_by_role("link", name="Quote").first.click()
    answer = helper.get_by_label("Your answer")
    assert "> The plan says" in answer.input_value()
    answer.fill("Because it is *small*.")
    helper.get_by_role("button", name="Answer", exact=True).click()
    expect(helper.get_by_text("Because it is small.")).to_be_visible()
    helper.get_by_role("link", name="Edit", exact=True).last.click()
    helper.get_by_label("The whole of it").fill("Because it is *tiny*.")
    helper.get_by_role("button", name="Save", exact=True).click()
    expect(helper.get_by_text("Because it is tiny.")).to_be_visible()

    asker.goto(address)
    asker.get_by_role("button", name="This helps").last.click()
    asker.get_by_role("button", name="This solved it").click()
    expect(asker.get_by_text("Accepted answer")).to_be_visible()
    asker.goto("/forum/?q=small+index&state=solved")
    expect(asker.locator("#results").get_by_text("Solved").first).to_be_visible()
