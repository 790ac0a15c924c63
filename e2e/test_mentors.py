"""From a goal to a mentor: said in a sentence, answered with reasons, and one who is not wanted now is left out."""

from datetime import time

from playwright.sync_api import expect

from e2e.ways import scripted_phone_and_plain_desk
from features.calendar import services as calendar
from features.mentoring import services
from features.mentoring.models import Dismissal, MentorPage

EVENINGS = [(2, time(18), time(21)), (4, time(18), time(21))]


@scripted_phone_and_plain_desk
def test_a_goal_leads_to_mentors_with_reasons(enter, screen, javascript, expert, learner, skill):
    services.save_mentor_page(page=MentorPage(person=expert, about="Bring one slow thing.", capacity=2), topics=[skill])
    for person in (expert, learner):
        calendar.keep_free(person=person, hours=EVENINGS)
    page = enter(learner, screen=screen, javascript=javascript)
    page.goto("/mentors/")
    page.get_by_role("link", name="Name your goal").first.click()
    page.get_by_label("What do you want to be able to do?").fill("Answer my own questions")
    page.get_by_label("Skills it takes").fill("postgres")
    page.get_by_role("button", name="Show who fits").click()
    expect(page.get_by_role("heading", name="1 mentor fits your goal")).to_be_visible()
    expect(page.get_by_text("Answer my own questions")).to_be_visible()
    expect(page.get_by_text("You are both free")).to_be_visible()
    page.get_by_role("link", name="See Amara Okonjo").click()
    expect(page.get_by_text("0 of 2 places taken").first).to_be_visible()
    expect(page.get_by_text("Bring one slow thing.")).to_be_visible()
    page.goto("/mentors/suggestions/")
    page.get_by_role("button", name="Not now Amara Okonjo").click()
    expect(page.get_by_role("heading", name="Nobody fits your goal yet")).to_be_visible()
    assert Dismissal.objects.get().until is not None
    page.get_by_role("button", name="Suggest again Amara Okonjo").click()
    expect(page.get_by_role("heading", name="Amara Okonjo")).to_be_visible()
    assert not Dismissal.objects.exists()


def test_the_button_below_an_open_list_needs_one_press(enter, learner, skill):
    page = enter(learner, screen="phone", javascript=True)
    page.set_viewport_size({"width": 390, "height": 1600})  # field and button are seen at once
    page.goto("/mentors/suggestions/goal/")
    page.get_by_label("What do you want to be able to do?").fill("Answer my own questions")
    page.get_by_label("Skills it takes").press_sequentially("postgres")
    expect(page.get_by_role("option").first).to_be_visible()
    button = page.get_by_role("button", name="Show who fits")
    box = button.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()  # the field loses the focus
    page.mouse.up()
    expect(page.get_by_role("heading", name="Nobody fits your goal yet")).to_be_visible()
