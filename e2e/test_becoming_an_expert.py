"""Somebody who wants to teach applies, is asked something, answers, and may publish."""

from playwright.sync_api import expect

from e2e.ways import plain_phone_and_scripted_desk
from features.moderation import services
from features.moderation.models import ExpertApplication


@plain_phone_and_scripted_desk
def test_applies_answers_and_may_teach(enter, screen, javascript, learner, organiser, skill):
    page = enter(learner, screen=screen, javascript=javascript)
    page.goto("/hosting/")
    page.get_by_role("link", name="Apply to become one").click()
    page.get_by_label("Why you").fill("I run the reporting of a port.")
    page.get_by_role("button", name="Keep as a draft").click()
    expect(page.get_by_text("Your draft is kept.")).to_be_visible()
    page.get_by_label("What you would teach").fill("Postgres")
    page.get_by_label("Your first session").fill("Reading a plan of a slow report together.")
    page.get_by_label("I teach from my own work").check()
    page.get_by_role("button", name="Send the application").click()
    expect(page.get_by_text("Your application is sent.")).to_be_visible()
    expect(page.get_by_text("I run the reporting of a port.")).to_be_visible()

    sent = ExpertApplication.objects.get(person=learner)
    services.ask(by=organiser, application=sent, text="Which reports?")
    page.goto("/inbox/")
    page.get_by_role("button", name="There is a question about your application to teach.", exact=True).click()
    expect(page.get_by_text("Which reports?")).to_be_visible()
    page.get_by_label("Your answer").fill("Those of the cranes.")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text("Your answer is sent.")).to_be_visible()

    services.approve(by=organiser, application=sent)
    page.goto("/account/expert/")
    expect(page.get_by_text("You are an expert already")).to_be_visible()
    page.get_by_role("link", name="Write a session").click()
    expect(page.get_by_role("button", name="Save and publish")).to_be_visible()
