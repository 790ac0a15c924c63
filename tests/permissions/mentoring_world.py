"""What the permission table needs of mentoring: the host mentors, the guest has booked, and holds one more time."""

from datetime import time, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from features.calendar import services as calendar
from features.calendar.models import BusyCalendar
from features.mentoring import services
from features.mentoring.models import (
    Booking,
    BookingRules,
    MentorPage,
    MentorshipRequest,
    Offer,
    OfficeHour,
    WrittenReview,
)
from features.moderation import services as moderation
from features.moderation.models import Incident
from tests.factories import make_skill


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
    world.held_meeting = services.reserve(offer=world.offer, person=guest, starts_at=later[10], hold=timedelta(hours=3))
    # What the guest asked the host, where they work together, and where it is over: one pair each.
    words = {"goal": "Read plans", "background": "canary-note-of-the-guest", "expectation": "-", "about": [world.skill]}
    old = services.accept_request(request=services.send_request(person=guest, mentor=host, **words))
    services.finish(engagement=old, by=guest, ending="enough", rating=5, testimonial="canary-note-of-the-guest")
    services.say_at_end(engagement=old, by=host, summary="They read plans")
    world.testimonial = old.testimonial
    world.paired = services.accept_request(request=services.send_request(person=guest, mentor=host, **words))
    world.action = services.add_action(engagement=world.paired, by=guest, owner=guest, text="Read")
    world.rated = world.paired.rated_skills.get()
    services.write_message(engagement=world.paired, author=guest, text="canary-note-of-the-guest")
    words = "canary-note-of-the-guest"
    world.note = services.write_note(engagement=world.paired, author=guest, text=words, is_shared=False)
    services.ask_for_fit(now=now)
    upload = SimpleUploadedFile("canary.txt", b"canary-note-of-the-guest")
    world.kept_file = services.add_file(engagement=world.paired, author=guest, upload=upload, now=now)
    world.asked_by_guest = MentorshipRequest.objects.create(
        mentee=guest, mentor=world.people["expert"], goal="Of the guest", background="-", expectation="-",
        due_at=now + timedelta(days=2),
    )  # fmt: skip
    world.asked_of_host = MentorshipRequest.objects.create(
        mentee=world.people["suspended"], mentor=host, goal="Of somebody else", background="-", expectation="-",
        due_at=now + timedelta(days=2),
    )  # fmt: skip
    # An hour that several share, the guest among them.
    world.office_hour = services.open_office_hour(
        hour=OfficeHour(mentor=host, skill=world.skill, title="For several", most=6, starts_at=later[30]), minutes=30
    )
    services.join_hour(hour=world.office_hour, person=guest)
    # What the guest asks whoever can help with something that nobody here can.
    world.pooled = services.ask_anybody(
        person=guest, goal="Fly a falcon", background="canary-note-of-the-guest", expectation="-",
        about=[make_skill("Falconry")],
    )  # fmt: skip
    # What the guest sent to be answered in writing, and what is not paid yet.
    offers = [
        services.save_offer(offer=Offer(mentor=host, kind="review", title="In writing", most_open=9)) for _n in range(3)
    ]
    world.written_offer = offers[0]
    said = {"person": guest, "question": "Why?", "work": "canary-note-of-the-guest"}
    world.written, world.unpaid_work, world.other_work = (
        services.ask_in_writing(offer=offer, **said) for offer in offers
    )
    upload = SimpleUploadedFile("canary.txt", b"canary-note-of-the-guest")
    world.written_file = services.add_review_file(review=world.written, author=guest, upload=upload)
    WrittenReview.objects.filter(pk=world.unpaid_work.pk).update(state="unpaid", sent_at=None, due_at=None)
    past = now - timedelta(hours=3)
    world.past_meeting = Booking.objects.create(
        offer=world.offer, mentor=host, mentee=guest, title="Over", time_zone="UTC", starts_at=past,
        ends_at=past + timedelta(hours=1), confirmed_at=past, outcome="nobody", settled_at=now,
    )  # fmt: skip
    # A meeting that was missed, and one of which the guest says that it was not so.
    for meeting in (world.past_meeting, world.meeting):
        moderation.note_incident(
            person=guest, kind="no_show", source=f"booking:{meeting.pk}", happened_at=past, ability="register",
            other=host,
        )  # fmt: skip
    world.missed, world.questioned = Incident.objects.filter(person=guest).order_by("pk")
    moderation.appeal_incident(incident=world.questioned, words="canary-note-of-the-guest")
    world.busy = BusyCalendar.objects.create(person=guest, address="https://calendar.example.org/canary.ics")
    world.free_moment = later[20].isoformat()
    world.free_at = int(later[20].timestamp())
