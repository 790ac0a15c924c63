"""Two hold a session together: one asks, the other says yes, sees who comes, passes the short link on, and leaves."""

from playwright.sync_api import expect

from e2e.ways import plain_phone_and_scripted_desk
from e2e.world import published
from features.sessions import services


@plain_phone_and_scripted_desk
def test_from_the_question_to_leaving(enter, screen, javascript, expert, outsider, learner, skill):
    session = published(expert, [skill])
    services.register(session=session, person=learner)

    host = enter(expert, screen=screen, javascript=javascript)
    host.goto(session.get_absolute_url())
    host.get_by_role("link", name="Co-hosts").click()
    host.get_by_label("Their name here").fill("nobody-at-all")
    host.get_by_role("button", name="Ask them").click()
    expect(host.get_by_text("Nobody here has that name").first).to_be_visible()
    host.get_by_label("Their name here").fill(outsider.handle)
    host.get_by_role("button", name="Ask them").click()
    expect(host.get_by_role("button", name="Take it back")).to_be_visible()

    page = enter(outsider, screen=screen, javascript=javascript)
    page.goto("/hosting/")
    page.get_by_role("link", name=session.title).click()
    page.get_by_role("button", name="Yes, host it together").click()
    expect(page.get_by_role("heading", name="You host this")).to_be_visible()
    page.get_by_role("link", name="How it goes").click()
    expect(page.get_by_text("1 of 12 seats are taken or kept")).to_be_visible()
    page.get_by_role("link", name="Roster").click()
    expect(page.get_by_text(learner.name)).to_be_visible()
    page.goto(f"{session.get_absolute_url()}share/")
    expect(page.get_by_role("img", name="QR code that leads to the session")).to_be_visible()
    link = page.get_by_label("Short link").input_value()
    page.goto(link[link.index("/s/") :])
    expect(page.get_by_role("link", name=outsider.name)).to_be_visible()

    page.get_by_role("link", name="Leave").click()
    page.get_by_role("button", name="Leave").click()
    expect(page.get_by_role("heading", name="Hosting", exact=True)).to_be_visible()
    host.goto(session.get_absolute_url())
    expect(host.get_by_role("link", name=outsider.name)).to_have_count(0)
