"""Knowing where one stands: rules, one question after the other, coming back, the result, work that is judged."""

import re

import pytest
from playwright.sync_api import expect

from e2e.ways import scripted_phone_and_plain_desk
from features.assessments import services
from features.assessments.models import Attempt
from tests.assessments.conftest import make_bank, make_task, write
from tests.assessments.test_evaluations import make_talk
from tests.assessments.test_work import proven

pytestmark = scripted_phone_and_plain_desk


@pytest.fixture
def bank(expert, outsider, skill):
    return make_bank(expert, outsider, skill, items=30, most=6, error=0.2)


def answer_next(page, position):
    expect(page.get_by_text(f"question {position}", exact=False).first).to_be_visible()
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Answer", exact=True).click()


def test_a_test_from_its_rules_to_what_comes_next(enter, learner, bank, javascript, screen):
    page = enter(learner, javascript=javascript, screen=screen)
    page.goto(bank.get_absolute_url())
    expect(page.get_by_text("30 minutes from when you begin, by our clock")).to_be_visible()
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.get_by_text("Choose or write an answer, or press “I do not know”.")).to_be_visible()
    answer_next(page, 1)
    expect(page.get_by_text("question 2").first).to_be_visible()
    shown = page.get_by_role("group", name="Question").inner_text()
    page.goto("/")  # the connection was lost: the same question is there again
    page.goto(bank.get_absolute_url())
    page.get_by_role("button", name="Go on").click()
    assert page.get_by_role("group", name="Question").inner_text() == shown
    page.get_by_role("button", name="I do not know").click()
    for position in range(3, 7):
        answer_next(page, position)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        re.compile(r"You work at \d\.\d\. You are probably between")
    )
    expect(page.get_by_role("heading", name="What moves it most")).to_be_visible()
    expect(page.get_by_text("You can repeat it from")).to_be_visible()
    page.get_by_role("textbox", name="What help did you use?").fill("A book")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("textbox", name="What help did you use?")).to_have_value("A book")
    page.get_by_role("link", name="PostgreSQL over time").click()
    expect(page.get_by_text("Most of it rests on: Assessed")).to_be_visible()
    assert Attempt.objects.get().responses.count() == 6


def test_practice_says_why_and_brings_it_back(enter, learner, expert, outsider, bank, javascript, screen):
    item = write(bank, expert, 70, is_practice=True)
    services.review_item(item=item, by=proven("A Reader", bank.skill), verdict="good")
    page = enter(learner, javascript=javascript, screen=screen)
    page.goto(bank.get_absolute_url())
    page.get_by_role("link", name="Practise without a score").click()
    page.get_by_role("radio", name="Wrong 70").check()
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.get_by_text("Not this one.")).to_be_visible()
    expect(page.get_by_text("Not right. It comes back on")).to_be_visible()
    page.get_by_role("link", name="Next", exact=True).click()
    expect(page.get_by_text("Nothing is due")).to_be_visible()


def test_work_is_handed_in_judged_and_answered(enter, learner, expert, skill, javascript, screen):
    task = make_task(expert, skill)
    reader = proven("Joaquín Batista", skill)
    page = enter(learner, javascript=javascript, screen=screen)
    page.goto(task.get_absolute_url())
    page.get_by_label("Text").fill("I rewrote the join.")
    page.get_by_role("button", name="Hand it in").click()
    place = page.url
    desk = enter(reader, javascript=javascript, screen=screen)
    desk.goto("/work/reading/")
    desk.get_by_role("button", name="Take the next one").click()
    expect(desk.get_by_text("I rewrote the join.")).to_be_visible()
    desk.get_by_role("radio", name="3: Level 3").check()
    desk.get_by_label("To “Cause”").fill("Say why it is faster.")
    desk.get_by_role("button", name="Send the judgement").click()
    expect(desk.get_by_text("Thank you. The author reads it now.")).to_be_visible()
    page.goto(place)
    expect(page.get_by_text("Say why it is faster.")).to_be_visible()
    page.get_by_role("button", name="Useful").click()
    expect(page.get_by_role("button", name="Useful")).to_have_attribute("aria-pressed", "true")


def test_a_talk_is_booked_and_called_off(enter, learner, expert, skill, javascript, screen):
    task = make_talk(expert, skill)
    page = enter(learner, javascript=javascript, screen=screen)
    page.goto(task.get_absolute_url())
    page.get_by_role("link", name="Choose a time").click()
    page.get_by_label("What you will show").fill("The plan of a report.")
    page.get_by_role("button", name=":30").first.click()
    expect(page.get_by_text("It is booked.")).to_be_visible()
    place = page.url
    desk = enter(expert, javascript=javascript, screen=screen)
    desk.goto("/work/reading/")
    desk.get_by_role("link", name="Sofia Mendes").click()
    expect(desk.get_by_text("The plan of a report.")).to_be_visible()
    desk.get_by_role("link", name="Call it off").click()
    desk.get_by_label("Why").fill("I have to travel.")
    desk.get_by_role("button", name="Call it off").click()
    page.goto(place)
    expect(page.get_by_text("“I have to travel.”")).to_be_visible()
