"""Sessions that are over, people who had a seat in them, and what their hosts post afterwards."""

from datetime import timedelta

from django.utils import timezone

from features.payments.models import Order, OrderLine, Payment
from features.sessions import services
from features.sessions.models import Attendance, Recap, Registration
from tests.factories import make_session

NOTES = "### What we saw\n\nRead the plan **from the inside out**."
CANARY = "zwischenergebnisse"  # a word that stands in notes alone
RECORDING = "https://video.example.org/w/abc"


def over(host, **fields):
    """It ended an hour ago."""
    return make_session(host, starts_in=timedelta(hours=-2.5), **fields)


def sit(session, person, came=True, **fields):
    seat = Registration.objects.create(session=session, person=person, confirmed_at=session.published_at, **fields)
    if came is not None:
        state, source = ("present", "check_in") if came else ("absent", "not_seen")
        Attendance.objects.create(registration=seat, state=state, source=source)
    return seat


def pay(seat, amount=4000, refunded=0):
    order = Order.objects.create(buyer=seat.person, currency="EUR", settled_at=timezone.now())
    OrderLine.objects.create(
        order=order, kind="registration", ref=str(seat.pk), title="A seat", unit_minor=amount, currency="EUR"
    )
    return Payment.objects.create(
        order=order, stripe_id=f"pi_{seat.pk}", amount_minor=amount, refunded_minor=refunded, currency="EUR",
        paid_at=timezone.now(),
    )  # fmt: skip


def wording(**changes):
    return {
        "notes": NOTES, "notes_for": "everybody", "recording_url": "", "recording_for": "seats",
        "recording_seconds": None, "has_captions": False, "captions_url": "", "transcript": "",
    } | changes  # fmt: skip


def post(session, tell=False, **changes) -> Recap:
    return services.post_recap(session=session, by=session.host, data=wording(**changes), tell=tell)
