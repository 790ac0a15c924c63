"""A mentor who did not come: whoever paid gets everything back, and names of others."""

from datetime import datetime, timedelta

from core.jobs import each
from features.mentoring.models import Booking, MentorPage, OfficeHour, OfficeSeat
from features.mentoring.services.bookings import KIND
from features.mentoring.services.colleagues import alternatives
from features.mentoring.services.hours import SEAT
from features.mentoring.services.meetings import OBJECTED_WITHIN
from features.payments import services as payments

# A worker that was away for as long still pays back.
LOOK_BACK = timedelta(days=30)


def refund_missed(*, now: datetime) -> int:
    """Once nobody can put it right any more. Money or credit, each once; a mentee who is absent gets nothing back."""
    since, until = now - OBJECTED_WITHIN - LOOK_BACK, now - OBJECTED_WITHIN
    missed = Booking.objects.confirmed().filter(
        outcome=Booking.Outcome.MENTOR_ABSENT, price_minor__gt=0, ends_at__lte=until, ends_at__gt=since
    )
    seats = OfficeSeat.objects.paid().filter(
        hour__outcome=OfficeHour.Outcome.MENTOR_ABSENT, price_minor__gt=0,
        hour__ends_at__lte=until, hour__ends_at__gt=since,
    )  # fmt: skip
    things = [
        (kind, pk)
        for kind, rows in ((KIND, missed), (SEAT, seats))
        for pk in rows.order_by("pk").values_list("pk", flat=True)
    ]
    return each(things, lambda thing: payments.refund_thing(*thing, source="expert_absent", now=now))


def refunded_on(meeting: Booking | OfficeHour) -> datetime:
    return meeting.ends_at + OBJECTED_WITHIN


def others_instead(booking: Booking, now: datetime) -> list:
    """Mentors with room who mentor in the same."""
    page = MentorPage.objects.filter(person=booking.mentor_id).first()
    topics = list(page.topics.all()) if page else []
    return alternatives(booking.mentee, topics, without={booking.mentor_id}, now=now) if topics else []
