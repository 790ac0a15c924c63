"""A course from its author's first word to its reader's certificate, with and without scripts."""

from playwright.sync_api import expect

from e2e.ways import scripted_phone_and_plain_desk
from tests.factories import make_skill


@scripted_phone_and_plain_desk
def test_a_course_is_written_gone_through_and_checked(enter, expert, learner, screen, javascript):
    make_skill("PostgreSQL")
    author = enter(expert, screen=screen, javascript=javascript)
    author.goto("/library/new/")
    author.get_by_label("Title").fill("Reading a query plan")
    author.get_by_label("Afterwards people can").fill("Say which line costs the most.")
    author.get_by_role("combobox", name="Skills").fill("PostgreSQL")
    author.get_by_role("button", name="Save, and write the text").click()
    author.get_by_role("link", name="First lesson").click()
    author.get_by_label("Text").fill("A plan is a **tree**.")
    author.get_by_role("button", name="Preview").click()
    expect(author.locator("#preview strong")).to_have_text("tree")
    author.get_by_role("button", name="Save", exact=True).click()
    expect(author.get_by_role("heading", name="First lesson")).to_be_visible()
    author.get_by_role("link", name="Change this lesson").click()
    author.get_by_role("link", name="Contents").click()
    author.get_by_text("Add a lesson").click()
    author.get_by_label("Title of the lesson").fill("Guesses")
    author.get_by_role("button", name="Add and write it").click()
    author.get_by_label("Text").fill("Twelve were expected.")
    author.get_by_label("a draft").uncheck()
    author.get_by_role("button", name="Save", exact=True).click()
    author.get_by_role("link", name="Reading a query plan").click()
    author.get_by_role("button", name="Publish").click()
    expect(author.get_by_text("It is public. Share its address.")).to_be_visible()

    reader = enter(learner, screen=screen, javascript=javascript)
    reader.goto("/library/")
    reader.get_by_role("link", name="Reading a query plan").click()
    reader.get_by_role("button", name="Begin the course").click()
    expect(reader.get_by_role("heading", name="First lesson")).to_be_visible()
    reader.get_by_role("button", name="Done", exact=True).click()
    if javascript:
        reader.get_by_role("link", name="Next lesson").click()
    expect(reader.get_by_role("heading", name="Guesses")).to_be_visible()
    reader.get_by_role("button", name="Done", exact=True).click()
    reader.get_by_role("link", name="Your certificate").click()
    expect(reader.get_by_role("heading", name="Sofia Mendes")).to_be_visible()

    stranger = enter(screen=screen, javascript=javascript)
    stranger.goto(reader.url)
    expect(stranger.get_by_text("Valid")).to_be_visible()
    expect(stranger.get_by_role("img", name="QR code")).to_be_visible()
