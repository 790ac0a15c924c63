"""The personal way into the room: it opens under one's eyes, and pressing the button is what counts as being there."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from e2e.ways import scripted_phone_and_plain_desk
from e2e.world import published
from features.sessions import services
from features.sessions.models import Attendance, SkillSession


@scripted_phone_and_plain_desk
def test_the_room_opens_while_one_waits(enter, screen, javascript, expert, learner, skill):
    session = published(expert, [skill], starts_in=timedelta(minutes=30))
    seat = services.register(session=session, person=learner)
    page = enter(screen=screen, javascript=javascript)
    if javascript:
        page.clock.install()
    page.goto(f"/join/{seat.join_token}/")
    expect(page.get_by_role("heading", name="The room opens")).to_be_visible()
    SkillSession.objects.filter(pk=session.pk).update(starts_at=timezone.now() + timedelta(minutes=5))
    if javascript:
        page.clock.fast_forward("01:00")
    else:
        assert page.locator("meta[http-equiv=refresh]").get_attribute("content") == "60"
        page.reload()
    expect(page.get_by_role("heading", name="The room is open")).to_be_visible()
    assert not Attendance.objects.exists()
    page.get_by_role("button", name="I am here, let me in").click()
    expect(page.get_by_role("link", name="Open the room")).to_have_attribute("href", "https://meet.example.org/room")
    assert Attendance.objects.get().registration == seat
