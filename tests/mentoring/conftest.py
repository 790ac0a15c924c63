from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from features.calendar import services as calendar
from features.mentoring import services
from features.mentoring.models import BookingRules, Cohort, MentorPage, Offer
from features.skills.models import Goal
from tests.factories import make_user

ROOM = "https://meet.example.org/amara"
EVENINGS = [(day, time(17), time(21)) for day in range(1, 6)]


@pytest.fixture(scope="module")
def mentor_page(expert, skill):
    """Amara's page: she mentors in PostgreSQL."""
    page = MentorPage(person=expert, languages=["en"], capacity=2)
    return services.save_mentor_page(page=page, topics=[skill])


@pytest.fixture(scope="module")
def offer(mentor_page):
    """A meeting of an hour, on any day from 8 to 20 in Lagos, from two hours on."""
    mentor = mentor_page.person
    calendar.keep_free(person=mentor, hours=[(day, time(8), time(20)) for day in range(1, 8)])
    services.save_rules(
        rules=BookingRules(mentor=mentor, notice_hours=2, after_minutes=0, most_a_day=0, most_a_week=0, room_url=ROOM)
    )
    return services.save_offer(offer=Offer(mentor=mentor, title="An hour on your queries", minutes=60))


@pytest.fixture(scope="module")
def slot(offer):
    """Answers the start of a free hour, the `n`th of a day from two days on: whatever time it is now."""

    def start(n=0, person=None):
        found = services.free_slots(offer, person, now=timezone.now())
        day = (timezone.now() + timedelta(days=2)).astimezone(ZoneInfo(offer.mentor.time_zone)).date()
        later = [begin for begin, _ in found if begin.astimezone(ZoneInfo(offer.mentor.time_zone)).date() > day]
        return later[2 * n]

    return start


@pytest.fixture(scope="module")
def booked(offer, slot, learner):
    """Sofia's meeting with Amara, in two days."""
    return services.book(booking=services.reserve(offer=offer, person=learner, starts_at=slot()), note="Slow joins")


@pytest.fixture(scope="module")
def together(mentor_page, learner, skill):
    """Sofia is Amara's mentee."""
    request = services.send_request(
        person=learner, mentor=mentor_page.person, goal="Read plans", background="-", expectation="-", about=[skill]
    )
    return services.accept_request(request=request)


@pytest.fixture(scope="module")
def cohort(organiser, skill):
    """Two mentors of two places and one, four who want a mentor."""
    cohort = services.save_cohort(cohort=Cohort(name="Spring"), by=organiser)
    for n in range(2):
        mentor = make_user(f"Mentor {n}", role="expert", handle=f"mentor-{n}")
        calendar.keep_free(person=mentor, hours=EVENINGS)
        services.save_mentor_page(page=MentorPage(person=mentor, capacity=1), topics=[skill])
        services.add_to_cohort(cohort=cohort, handles=[mentor.handle], places=2 - n)
    for n in range(4):
        mentee = make_user(f"Member {n}", handle=f"member-{n}")
        Goal.objects.create(person=mentee, skill=skill, level=2 + n % 3)
        services.add_to_cohort(cohort=cohort, handles=[f"@{mentee.handle}"])
    return cohort
