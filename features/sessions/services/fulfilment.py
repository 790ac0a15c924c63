"""What payments asks of a seat."""

from django.urls import reverse
from django.utils.translation import gettext_lazy

from core.db import Prepared
from features.notifications.services import notify
from features.payments import services as payments
from features.sessions import happenings
from features.sessions.models import HostAbsence, Registration, SkillSession, TicketKind
from features.sessions.services.attendance import GRACE
from features.sessions.services.seats import give_back, refund_resold, seat_in
from features.sessions.services.waitlist import lock

PAID = Prepared(lambda pk: Registration.objects.filter(pk=pk).select_related("session", "person"))


class RegistrationFulfilment(payments.Fulfilment):
    credit_scope = "session"
    at_the_end = gettext_lazy("After that the seat goes to the next in line, or to whoever takes it.")

    def thing(self, ref):
        return f"session:{Registration.objects.values_list('session', flat=True).get(pk=ref)}"

    def confirm(self, ref, now):
        registration = PAID.first(int(ref))
        if registration.confirmed_at is None:
            if registration.cancelled_at:
                raise payments.GoneMeanwhile
            Registration.objects.filter(pk=ref).update(confirmed_at=now, held_until=None)
            notify(registration.person, "registered", registration.pk, registration.session.get_absolute_url())
            happenings.of_seat("registration.created", registration)
            if not registration.session.is_free:
                refund_resold(registration.session, now)

    def release(self, ref, now):
        registration = Registration.objects.get(pk=ref)
        give_back(lock(registration.session_id), registration, None, "hold_expired", now)

    def extend(self, ref, until):
        Registration.objects.filter(pk=ref, confirmed_at=None, cancelled_at=None).update(held_until=until)

    def reseat(self, ref, now):
        """The seat itself is gone; another one will do, if there is one that is kept for nobody."""
        registration = Registration.objects.select_related("person").get(pk=ref)
        session = lock(registration.session_id)
        if seat_in(session, registration.person) or session.is_cancelled or session.has_started(now):
            return False
        if session.seats_left <= 0 or session.removed_at:
            return False
        if registration.ticket_id and not TicketKind.objects.take_place(registration.ticket_id):
            return False
        session.seats_taken += 1
        session.save(update_fields=["seats_taken"])
        Registration.objects.filter(pk=ref).update(
            cancelled_at=None, cancelled_by=None, cancellation_reason="", held_until=now
        )
        self.confirm(ref, now)
        return True

    def charged_back(self, ref, now):
        registration = Registration.objects.select_related("person").get(pk=ref)
        session = lock(registration.session_id)
        if not session.has_started(now) and give_back(session, registration, None, "charged_back", now):
            notify(registration.person, "registration_cancelled", registration.pk, session.get_absolute_url())

    def starts_at(self, ref):
        seat = Registration.objects.select_related("session").get(pk=ref)
        return None if seat.cancelled_at or seat.session.is_cancelled else seat.session.starts_at

    def was_missed(self, ref):
        session = SkillSession.objects.filter(registrations__pk=ref).first()
        return bool(session and (session.host_did_not_come or session.was_called_off_late))

    def delivered_at(self, ref):
        """Its end, and the time for the list to be ticked off; unless somebody says that the host did not come."""
        session = Registration.objects.select_related("session__host_absence").get(pk=ref).session
        is_doubted = hasattr(session, "host_absence") and session.host_absence.outcome != HostAbsence.Outcome.CAME
        return None if not session.ends_at or session.is_cancelled or is_doubted else session.ends_at + GRACE

    def page(self, ref):
        session = Registration.objects.select_related("session").get(pk=ref).session
        return reverse("registration", args=[session.pk, session.slug])  # calendar, preparation, giving it back
