"""An hour that several share, from its opening to its end; and a request to whoever can help, read under a lock."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from e2e.ways import plain_phone_and_scripted_desk, scripted_phone_and_plain_desk
from features.mentoring import services
from features.mentoring.models import BookingRules, MentorPage, OfficeHour, RequestLock
from tests.factories import make_user

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@plain_phone_and_scripted_desk
def test_a_mentor_opens_an_hour_people_share_it_and_it_is_held(
    enter, post, screen, javascript, expert, learner, outsider, skill
):
    services.save_mentor_page(page=MentorPage(person=expert, languages=["en"]), topics=[skill])
    services.save_rules(rules=BookingRules(mentor=expert, room_url="https://meet.example.org/amara"))

    mentor = enter(expert, screen=screen, javascript=javascript)
    mentor.goto("/mentoring/offers/")
    mentor.get_by_role("link", name="An hour for several").click()
    mentor.get_by_label("Title").fill("Three plans")
    mentor.get_by_label("Skill", exact=True).select_option(skill.name)
    mentor.get_by_label("Which gap it closes").fill("You can read a plan, and not yet say why it is slow.")
    mentor.get_by_label("When it begins").fill(f"{timezone.now() + DAY:%Y-%m-%dT%H:%M}")
    mentor.get_by_role("button", name="Open it").click()
    expect(mentor.get_by_text("Leave two days, so that people can find it.")).to_be_visible()
    mentor.get_by_label("When it begins").fill(f"{timezone.now() + 5 * DAY:%Y-%m-%dT%H:%M}")
    mentor.get_by_role("button", name="Open it").click()
    expect(mentor.get_by_text("It is open.")).to_be_visible()
    hour = OfficeHour.objects.get()
    services.join_hour(hour=hour, person=outsider)

    page = enter(learner, screen=screen, javascript=javascript)
    page.goto(f"/mentors/{expert.handle}/")
    page.get_by_role("link", name="Three plans").click()
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_text("You have a place. You hear")).to_be_visible()
    expect(page.get_by_text("2 of 3 people")).to_be_visible()

    services.decide_hours(now=hour.decide_at)
    assert post.newest(learner.email).subject == "It takes place: Three plans"

    # The hour has come.
    now = timezone.now()
    OfficeHour.objects.update(decide_at=now - DAY, starts_at=now, ends_at=now + HOUR)
    page.goto(post.path(learner.email, "/mentors/"))
    for browser in (page, mentor):
        browser.goto(hour.get_absolute_url())
        browser.get_by_role("button", name="I am here, let me in").click()
        expect(browser.get_by_role("link", name="Open the room")).to_be_visible()
    OfficeHour.objects.update(starts_at=now - 2 * HOUR, ends_at=now - HOUR)
    services.settle_hours(now=now)

    absent = enter(outsider, screen=screen, javascript=javascript)
    absent.goto(hour.get_absolute_url())
    expect(absent.get_by_text("You were not seen.")).to_be_visible()
    mentor.reload()
    mentor.get_by_role("button", name=f"{outsider.name} was there").click()
    expect(mentor.get_by_text("Put right: they were there.")).to_be_visible()
    absent.goto("/account/reliability/")
    expect(absent.get_by_text("Nothing was missed")).to_be_visible()


@scripted_phone_and_plain_desk
def test_a_request_to_whoever_can_help_is_read_by_one_at_a_time_and_answered(
    enter, post, screen, javascript, expert, learner, skill
):
    other = make_user("Kwame Boateng", role="expert")
    for person in (expert, other):
        services.save_mentor_page(page=MentorPage(person=person, languages=["en"], capacity=2), topics=[skill])

    page = enter(learner, screen=screen, javascript=javascript)
    page.goto("/mentoring/")
    page.get_by_role("link", name="Ask whoever can help").click()
    page.get_by_label("What do you want to reach?").fill("Lead the move to Postgres")
    page.get_by_label("Skills", exact=True).fill("PostgreSQL")
    page.get_by_label("Where do you stand?").fill("Two years of SQL")
    page.get_by_label("What do you hope for").fill("A plan")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("It waits for a mentor now.")).to_be_visible()

    first, second = (enter(person, screen=screen, javascript=javascript) for person in (expert, other))
    for mentor in (first, second):
        mentor.goto("/mentoring/")
        mentor.get_by_role("link", name="Requests to anybody").click()
    first.get_by_role("link", name="Lead the move to Postgres").click()
    expect(first.get_by_text("Two years of SQL")).to_have_count(0)
    first.get_by_role("button", name="Read it").click()
    expect(first.get_by_text("Two years of SQL")).to_be_visible()
    page.reload()
    expect(page.get_by_text("A mentor reads it at the moment.")).to_be_visible()

    second.reload()
    expect(second.get_by_text("Somebody reads it")).to_be_visible()
    second.get_by_role("link", name="Lead the move to Postgres").click()
    expect(second.get_by_text("Somebody else reads it at the moment.")).to_be_visible()
    expect(second.get_by_role("button", name="Read it")).to_have_count(0)

    before = RequestLock.objects.get().until
    first.get_by_role("button", name="Half an hour more").click()
    expect(first.get_by_text("It is yours for half an hour from now on.")).to_be_visible()
    assert RequestLock.objects.get().until > before
    first.get_by_role("button", name="Give it back").click()
    expect(first.get_by_text("Others can read it now.")).to_be_visible()

    second.reload()
    second.get_by_role("button", name="Read it").click()
    second.get_by_role("button", name="Accept").click()
    expect(second.get_by_text("You mentor them now.")).to_be_visible()
    assert post.newest(learner.email).subject == "Kwame Boateng mentors you"
    page.reload()
    page.get_by_role("link", name="Kwame Boateng took it. Go there").click()
    expect(page.get_by_role("heading", name="Lead the move to Postgres")).to_be_visible()
