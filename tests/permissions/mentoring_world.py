"""What the permission table needs of mentoring: the host mentors, the guest has booked, and holds one more time."""

from datetime import time, timedelta

from django.utils import timezone

from features.calendar import services as calendar
from features.mentoring import services
from features.mentoring.models import BookingRules, MentorPage, Offer


def add_mentoring(world) -> None:
    host, guest = world.host, world.guest
    services.save_mentor_page(page=MentorPage(person=host, languages=["en"]), topics=[world.skill])
    calendar.keep_free(person=host, hours=[(day, time(0), time.max) for day in range(1, 8)])
    services.save_rules(rules=BookingRules(mentor=host, notice_hours=0, most_a_day=0, most_a_week=0))
    world.offer, world.closed_offer = (
        services.save_offer(offer=Offer(mentor=host, title=title, minutes=30)) for title in ("Half an hour", "Closed")
    )
    services.close_offer(offer=world.closed_offer)
    now = timezone.now()
    later = [start for start, _ in services.free_slots(world.offer, guest, now=now) if start > now + timedelta(days=22)]
    held = services.reserve(offer=world.offer, person=guest, starts_at=later[0])
    world.meeting = services.book(booking=held, note="canary-note-of-the-guest")
    world.held_meeting = services.reserve(offer=world.offer, person=guest, starts_at=later[10])
    world.free_at = int(later[20].timestamp())
