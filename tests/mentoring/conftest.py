from datetime import time, timedelta

import pytest
from django.utils import timezone

from features.calendar import services as calendar
from features.mentoring import services
from features.mentoring.models import BookingRules, MentorPage, Offer

ROOM = "https://meet.example.org/amara"


@pytest.fixture
def mentor_page(expert, skill):
    """Amara's page: she mentors in PostgreSQL."""
    page = MentorPage(person=expert, languages=["en"], capacity=2)
    return services.save_mentor_page(page=page, topics=[skill])


@pytest.fixture
def offer(mentor_page):
    """A meeting of an hour, on any day from 8 to 20 in Lagos, from two hours on."""
    mentor = mentor_page.person
    calendar.keep_free(person=mentor, hours=[(day, time(8), time(20)) for day in range(1, 8)])
    services.save_rules(
        rules=BookingRules(mentor=mentor, notice_hours=2, after_minutes=0, most_a_day=0, most_a_week=0, room_url=ROOM)
    )
    return services.save_offer(offer=Offer(mentor=mentor, title="An hour on your queries", minutes=60))


@pytest.fixture
def slot(offer):
    """Answers the start of a free hour, the `n`th from two days on."""

    def start(n=0, person=None):
        found = services.free_slots(offer, person, now=timezone.now())
        later = [begin for begin, _ in found if begin > timezone.now() + timedelta(days=2)]
        return later[2 * n]

    return start


@pytest.fixture
def booked(offer, slot, learner):
    """Sofia's meeting with Amara, in two days."""
    return services.book(booking=services.reserve(offer=offer, person=learner, starts_at=slot()), note="Slow joins")
