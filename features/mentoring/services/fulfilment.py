"""What payments asks of a booking."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy

from features.mentoring.models import Booking, Offer
from features.mentoring.services import offers
from features.mentoring.services.bookings import call_off, claim, give_up, lock_booking, tell
from features.mentoring.services.may_book import why_not_have
from features.mentoring.services.refusals import MentoringRefused
from features.moderation.services import may_hold_pair
from features.payments import services as payments


class BookingFulfilment(payments.Fulfilment):
    credit_scope = "mentoring"
    at_the_end = gettext_lazy("After that others can book the time.")

    def thing(self, ref):
        return f"offer:{Booking.objects.values_list('offer', flat=True).get(pk=ref)}"

    def confirm(self, ref, now):
        booking = Booking.objects.select_related("mentor", "mentee").get(pk=ref)
        if Booking.objects.active().filter(pk=ref, confirmed_at=None).update(confirmed_at=now, held_until=None):
            tell(booking, "booked")
            offers.refresh_page(booking.mentor, now=now)
        elif booking.cancelled_at:
            raise payments.GoneMeanwhile

    def release(self, ref, now):
        give_up(ref, "hold_expired", now)

    def extend(self, ref, until):
        Booking.objects.active().filter(pk=ref, confirmed_at=None).update(held_until=until)

    def reseat(self, ref, now):
        """Money that came late: the time is theirs if they could have it now, by all rules but that of notice."""
        booking = Booking.objects.get(pk=ref)
        if not may_hold_pair(booking.mentor_id, booking.mentee_id):
            return False
        booking = lock_booking(booking)
        if booking.starts_at <= now or booking.cancelled_at is None or why_not_have(booking.offer, booking.mentee, now):
            return False
        free = offers.free_times(booking.mentor, booking.mentee, booking.length, now, notice=timedelta())
        if not offers.is_free(free, booking.starts_at):
            return False
        try:
            with transaction.atomic():
                claim(booking)
        except MentoringRefused:
            return False
        Booking.objects.filter(pk=ref).update(cancelled_at=None, cancelled_by=None, reason="", held_until=now)
        self.confirm(ref, now)
        return True

    def charged_back(self, ref, now):
        booking = lock_booking(Booking.objects.get(pk=ref))
        if booking.cancelled_at is None and booking.starts_at > now:
            call_off(booking, None, "", now)
            tell(booking, "booking_cancelled")

    def starts_at(self, ref):
        booking = Booking.objects.get(pk=ref)
        return None if booking.cancelled_at else booking.starts_at

    def was_missed(self, ref):
        booking = Booking.objects.filter(pk=ref).first()
        return bool(booking and booking.was_missed)

    def times_on_offer(self, seller, buyer, now):
        """Times of the coming week that do not overlap, of whatever takes longest."""
        offer = Offer.objects.open().timed().filter(mentor=seller, price_minor__gt=0).order_by("-minutes").first()
        found = offers.free_slots(offer, buyer, now=now) if offer else []
        count, after = 0, now
        for start, end in found:
            if after <= start < now + timedelta(days=7):
                count, after = count + 1, end
        return count

    def delivered_at(self, ref):
        """Who gave it back for a part has paid for the time all the same."""
        return Booking.objects.get(pk=ref).ends_at

    def page(self, ref):
        booking = Booking.objects.filter(pk=ref).first()
        return booking.get_absolute_url() if booking else ""
