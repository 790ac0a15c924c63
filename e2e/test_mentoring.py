"""From a mentor's times to evidence on a profile: ask, accept, book, meet, say whether it fits, sign off."""

from datetime import time, timedelta

from django.utils import timezone
from playwright.sync_api import expect

from e2e.ways import plain_phone_and_scripted_desk
from features.calendar import services as calendar
from features.mentoring import services
from features.mentoring.models import Booking, BookingRules, Engagement, MentorPage, Offer
from features.skills.models import SkillEvidence


@plain_phone_and_scripted_desk
def test_a_mentorship_from_its_beginning_to_what_came_of_it(enter, post, screen, javascript, expert, learner, skill):
    services.save_mentor_page(page=MentorPage(person=expert, languages=["en"]), topics=[skill])
    calendar.keep_free(person=expert, hours=[(day, time(8), time(20)) for day in range(1, 8)])
    services.save_rules(rules=BookingRules(mentor=expert, notice_hours=24, room_url="https://meet.example.org/amara"))
    services.save_offer(offer=Offer(mentor=expert, title="An hour on your queries", minutes=60))

    page = enter(learner, screen=screen, javascript=javascript)
    page.goto(f"/mentors/{expert.handle}/request/")
    page.get_by_label("What do you want to reach?").fill("Lead the move to Postgres")
    page.get_by_label("Skills", exact=True).fill("PostgreSQL")
    page.get_by_label("Where do you stand?").fill("Two years of SQL")
    page.get_by_label("What do you hope for from this mentor?").fill("A plan")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("You hear within 48 hours")).to_be_visible()

    mentor = enter(expert, screen=screen, javascript=javascript)
    mentor.goto("/")
    mentor.get_by_role("link", name="Lead the move to Postgres").click()
    mentor.get_by_role("button", name="Accept").click()
    expect(mentor.get_by_text("You mentor them now.")).to_be_visible()
    assert post.newest(learner.email).subject == "Amara Okonjo mentors you"

    page.goto(Engagement.objects.get().get_absolute_url())
    page.get_by_label("Your message").fill("When shall we begin?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("listitem").get_by_text("When shall we begin?")).to_be_visible()
    expect(page.get_by_role("heading", name="Messages")).to_have_count(1)
    page.get_by_role("link", name="Book: An hour on your queries").click()
    page.locator("button[name=starts_at]").first.click()
    expect(page.get_by_role("heading", name="Kept for you until")).to_be_visible()
    page.get_by_label("What do you want to talk about?").fill("Slow joins")
    page.get_by_role("button", name="Book it").click()
    expect(page.get_by_text("It is booked.")).to_be_visible()
    assert post.newest(learner.email).subject.startswith("Booked: An hour on your queries with Amara Okonjo")

    # The hour has come.
    booking, now = Booking.objects.get(), timezone.now()
    Booking.objects.update(starts_at=now, ends_at=now + timedelta(hours=1))
    for browser, token in ((page, booking.mentee_token), (mentor, booking.mentor_token)):
        browser.goto(f"/meet/{token}/")
        browser.get_by_role("button", name="I am here, let me in").click()
        expect(browser.get_by_role("link", name="Open the room")).to_be_visible()
    Booking.objects.update(starts_at=now - timedelta(hours=2), ends_at=now - timedelta(hours=1))
    Engagement.objects.update(started_at=now - timedelta(hours=3))
    services.settle_meetings(now=now)
    services.ask_for_fit(now=now)

    page.goto(post.path(learner.email, "/mentoring/with/"))
    page.get_by_label("It is a good fit").check()
    page.get_by_role("button", name="Say so").click()
    expect(page.get_by_text("Only we read it.")).to_be_visible()

    mentor.goto(Engagement.objects.get().get_absolute_url())
    mentor.get_by_role("button", name="Sign off PostgreSQL").click()
    expect(mentor.get_by_text("It stands on their profile as evidence now.")).to_be_visible()
    assert SkillEvidence.objects.standing().get(person=learner).kind == "mentor_sign_off"
    page.goto(f"/people/{learner.handle}/skills/{skill.slug}/")
    expect(page.get_by_text("Signed off by Amara Okonjo")).to_be_visible()

    # The mentor ends it; each says what came of it, and reads the other's words afterwards.
    together = Engagement.objects.get().get_absolute_url()
    mentor.goto(together)
    mentor.get_by_role("link", name="End it").click()
    mentor.get_by_label("It was good, and it is enough").check()
    mentor.get_by_label("What came of it").fill("She reads plans")
    mentor.get_by_role("button", name="End it").click()
    page.goto(post.path(learner.email, "/mentoring/with/"))
    expect(page.get_by_text("Amara Okonjo has said how it was.")).to_be_visible()
    expect(page.get_by_text("She reads plans")).to_have_count(0)
    page.get_by_role("link", name="Say what came of it").click()
    page.get_by_label("The time with this mentor").select_option("5")
    page.get_by_label("A word about them").fill("She is patient")
    page.get_by_label("Your level in PostgreSQL today").select_option("4")
    page.get_by_role("button", name="Say it").click()
    expect(page.get_by_text("She reads plans")).to_be_visible()
    mentor.goto(post.path(expert.email, "/mentoring/with/"))
    mentor.get_by_role("button", name="Show it on your page").click()
    page.goto(f"/mentors/{expert.handle}/")
    expect(page.get_by_text("“She is patient”")).to_be_visible()


@plain_phone_and_scripted_desk
def test_work_is_sent_and_answered_in_writing(enter, post, screen, javascript, expert, learner, skill):
    services.save_mentor_page(page=MentorPage(person=expert, languages=["en"]), topics=[skill])
    services.save_offer(offer=Offer(mentor=expert, kind="review", title="Your plan, read", answer_days=3))

    page = enter(learner, screen=screen, javascript=javascript)
    page.goto(f"/mentors/{expert.handle}/")
    page.get_by_role("link", name="Your plan, read").click()
    page.get_by_label("What do you want to know?").fill("Why is the index not used?")
    page.get_by_label("Your work, as text").fill("Seq Scan on readings")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Sent. The answer comes by letter")).to_be_visible()

    mentor = enter(expert, screen=screen, javascript=javascript)
    mentor.goto("/mentoring/")
    mentor.get_by_role("link", name="Why is the index not used?").click()
    mentor.get_by_text("Ask something first").click()
    mentor.get_by_label("What do you need to know first?").fill("Which version?")
    mentor.get_by_role("button", name="Ask", exact=True).click()

    page.goto(post.path(learner.email, "/mentoring/reviews/"))
    page.get_by_label("Your reply").fill("16")
    page.get_by_role("button", name="Reply").click()
    mentor.goto(post.path(expert.email, "/mentoring/reviews/"))
    mentor.get_by_label("Your answer").fill("Because of `lower()`.")
    mentor.get_by_role("button", name="Send the answer").click()
    expect(mentor.get_by_text("Your answer is with them.")).to_be_visible()
    page.goto(post.path(learner.email, "/mentoring/reviews/"))
    expect(page.get_by_role("heading", name="The answer")).to_be_visible()
