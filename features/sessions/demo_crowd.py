"""Hundreds of seats for the demo world, written a table at a time: the rows that `register` and `check_in` would leave,
in a twentieth of their time. A test holds the two against each other."""

from datetime import timedelta

from features.notifications.models import Notification
from features.payments.models import Order, OrderLine
from features.sessions.models import Attendance, Registration, SkillSession


class Crowd:
    def __init__(self):
        self.seats, self.present = [], []

    def seat(self, session, person, *, note, at, was_there):
        seat = Registration(session=session, person=person, note=note, registered_at=at, confirmed_at=at)
        session.seats_taken += 1
        self.seats.append(seat)
        if was_there:
            self.present.append(seat)

    def write(self):
        Registration.objects.bulk_create(self.seats)
        SkillSession.objects.bulk_update({seat.session for seat in self.seats}, ["seats_taken"])
        self._write_orders()
        self._write_letters()
        self._write_attendance()

    def _write_orders(self):
        orders = [
            Order(
                buyer=seat.person,
                currency=seat.session.currency,
                opened_at=seat.registered_at,
                settled_at=seat.confirmed_at,
            )
            for seat in self.seats
        ]
        Order.objects.bulk_create(orders)
        OrderLine.objects.bulk_create(
            OrderLine(
                order=order,
                kind="registration",
                ref=str(seat.pk),
                title=seat.session.title,
                unit_minor=0,
                currency=seat.session.currency,
                seller=seat.session.host,
                policy={"free_until_hours": seat.session.cancellation_hours},
            )
            for order, seat in zip(orders, self.seats, strict=True)
        )

    def _write_letters(self):
        Notification.objects.bulk_create(
            Notification(
                recipient=seat.person,
                kind="registered",
                ref=str(seat.pk),
                url=seat.session.get_absolute_url(),
                key=f"registered:{seat.pk}:{seat.person_id}",
                created_at=seat.registered_at,
                mailed_at=seat.registered_at,
                read_at=seat.registered_at,
            )
            for seat in self.seats
        )

    def _write_attendance(self):
        Attendance.objects.bulk_create(
            Attendance(
                registration=seat,
                source=Attendance.Source.CHECK_IN,
                happened_at=seat.session.starts_at + timedelta(minutes=2),
                recorded_by=seat.session.host,
            )
            for seat in self.present
        )
