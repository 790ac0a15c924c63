"""A session in a room and on the screen: its host makes two kinds of ticket, each guest gets the chosen one with what
only its holders read, and whoever finds no place in the room waits for one there."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from e2e.test_expert import time_field
from e2e.ways import plain_phone_and_scripted_desk
from features.sessions import services
from features.sessions.models import Registration, SkillSession


@plain_phone_and_scripted_desk
def test_two_kinds_of_ticket_from_the_form_to_the_door(
    enter, post, screen, javascript, expert, learner, outsider, skill
):
    host = enter(expert, screen=screen, javascript=javascript)
    host.goto("/sessions/new/")
    host.get_by_label("Title").fill("On the wall and on the screen")
    host.get_by_label("Outcome").fill("Read one drawing, wherever you are.")
    host.get_by_role("combobox", name="Skills").fill("PostgreSQL")
    host.get_by_label("Date").fill((timezone.now() + timedelta(days=9)).date().isoformat())
    time_field(host).fill("18:30")
    host.get_by_label("Address").fill("12 Mill Lane, Lagos")
    host.get_by_role("button", name="Make kinds of ticket").click()
    first = host.get_by_role("group", name="Ticket 1")
    first.get_by_label("Name").fill("Screen")
    first.get_by_label("For those who hold one").fill("Camera on from the start.")
    host.get_by_role("button", name="Another kind of ticket").click()
    second = host.get_by_role("group", name="Ticket 2")
    second.get_by_label("Name").fill("screen")
    second.get_by_label("How many").fill("1")
    second.get_by_label("Where they take part").select_option("In person")
    second.get_by_label("For those who hold one").fill("Ring at the blue door.")
    host.get_by_role("button", name="Save and publish").click()
    expect(host.get_by_text("A kind of ticket needs another look")).to_be_visible()
    expect(second.get_by_label("Name")).to_have_accessible_description("Another ticket has this name.")
    expect(first.get_by_label("For those who hold one")).to_have_value("Camera on from the start.")
    second.get_by_label("Name").fill("Wall")
    host.get_by_role("button", name="Save and publish").click()
    expect(host.get_by_text("Your session is public.")).to_be_visible()
    session = SkillSession.objects.get()

    page = enter(learner, screen=screen, javascript=javascript)
    page.goto(f"{session.get_absolute_url()}registration/")
    page.get_by_role("radio", name="Wall").check()
    page.get_by_role("button", name="Take a seat").click()
    expect(page.get_by_role("heading", name="You have a seat")).to_be_visible()
    expect(page.get_by_text("Ring at the blue door.")).to_be_visible()
    expect(page.get_by_text("Camera on from the start.")).to_have_count(0)
    letter = post.newest(learner.email).body
    assert "Ring at the blue door." in letter
    assert "12 Mill Lane" in letter

    waiting = enter(outsider, screen=screen, javascript=javascript)
    waiting.goto(f"{session.get_absolute_url()}registration/")
    expect(waiting.get_by_role("radio")).to_have_count(1)
    waiting.get_by_role("button", name="Join the waitlist Wall").click()
    expect(waiting.get_by_role("heading", name="You are number 1 of 1 in line")).to_be_visible()
    services.cancel_registration(registration=Registration.objects.get(), by=learner)
    waiting.reload()
    waiting.get_by_role("button", name="Take the seat").click()
    expect(waiting.get_by_role("heading", name="You have a seat")).to_be_visible()
    expect(waiting.get_by_text("Ring at the blue door.")).to_be_visible()
    assert str(Registration.objects.active().get().ticket) == "Wall"

    host.goto(f"{session.get_absolute_url()}roster/")
    expect(host.get_by_role("cell", name="Wall")).to_be_visible()
