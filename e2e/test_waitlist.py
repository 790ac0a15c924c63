"""A full session: people stand in line, a seat comes free, one says no, the next takes it from the letter."""

from datetime import timedelta

from playwright.sync_api import expect

from e2e.ways import plain_phone_and_scripted_desk
from e2e.world import published, seated
from features.sessions import services
from features.sessions.models import Registration
from tests.factories import make_user


@plain_phone_and_scripted_desk
def test_the_line_moves_in_its_order(enter, post, screen, javascript, expert, learner, outsider, skill):
    session = published(expert, [skill], capacity=1, starts_in=timedelta(days=10))
    holder, third = make_user("Holder Halloran"), make_user("Third Thandeka")
    seated(session, holder)

    page = enter(learner, screen=screen, javascript=javascript)
    page.goto(session.get_absolute_url())
    expect(page.get_by_text("You would be number 1 in line.")).to_be_visible()
    page.get_by_role("button", name="Join the waitlist").click()
    expect(page.get_by_role("heading", name="You are number 1 of 1 in line")).to_be_visible()
    assert post.newest(learner.email).subject == f"On the waitlist: {session.title}"
    for person in (outsider, third):
        services.join_waitlist(session=session, person=person)

    leaving = enter(holder, screen=screen, javascript=javascript)
    leaving.goto("/agenda/")
    leaving.get_by_role("link", name=session.title).click()
    leaving.get_by_role("link", name="Give your seat back").click()
    expect(leaving.get_by_text("Your seat is offered to the first of 3 people who wait.")).to_be_visible()
    leaving.get_by_role("button", name="Give my seat back").click()
    expect(leaving.get_by_text("Your seat is given back.")).to_be_visible()

    # The first in line has the offer on the page, and passes it on.
    page.reload()
    expect(page.get_by_role("heading", name="A seat is being kept for you")).to_be_visible()
    page.get_by_role("link", name="No, give it to the next").click()
    page.get_by_role("button", name="Give it to the next").click()
    expect(page.get_by_text("The seat moves on to the next in line.")).to_be_visible()

    # The second takes it from the letter, in a browser that knows nobody.
    reader = enter(screen=screen, javascript=javascript)
    reader.goto(post.path(outsider.email, "/place/"))
    assert not Registration.objects.active().exists()
    expect(reader.get_by_role("heading", name="A seat is being kept for you")).to_be_visible()
    reader.get_by_role("button", name="Take the seat").click()
    expect(reader.get_by_role("heading", name="You have a seat")).to_be_visible()
    assert Registration.objects.active().get().person == outsider
    assert post.newest(outsider.email).subject.startswith("You have a seat")

    # The third has moved up, and nobody else was written to.
    waiting = enter(third, screen=screen, javascript=javascript)
    waiting.goto(session.get_absolute_url())
    expect(waiting.get_by_role("heading", name="You are number 1 of 1 in line")).to_be_visible()
    assert len(post.to(third.email)) == 1
    waiting.get_by_role("link", name="Leave the waitlist").click()
    expect(waiting.get_by_text("You give up place 1 of 1.")).to_be_visible()
    waiting.get_by_role("button", name="Leave the waitlist").click()
    expect(waiting.get_by_text("You left the waitlist.")).to_be_visible()
    expect(waiting.get_by_text("Full.")).to_be_visible()
