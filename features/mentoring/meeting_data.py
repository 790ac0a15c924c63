"""What bookings and offers know about a person, for export and erasure."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from features.accounts.models import FormerHandle
from features.accounts.personal_data import Foretold, PersonalData, personal_data
from features.mentoring import services
from features.mentoring.models import Booking, BookingRules, Offer, OfficeHour, OfficeSeat, TimeWish
from features.notifications.models import Notification

MEETING = ("title", "starts_at", "ends_at", "note", "agenda", "confirmed_at", "cancelled_at", "reason", "outcome")


def export(person) -> dict:
    rules = BookingRules.objects.filter(mentor=person)
    offers = Offer.objects.filter(mentor=person).order_by("pk")
    said = ("kind", "title", "description", "minutes", "price_minor", "currency", "opened_at", "closed_at")
    return {
        "booking_rules": list(rules.values()),
        "offers": list(offers.values(*said)),
        "time_wishes": list(
            TimeWish.objects.filter(person=person).order_by("pk").values("offer__title", "wished_at", "left_at")
        ),
        "office_hours": list(
            OfficeHour.objects.filter(mentor=person)
            .order_by("pk")
            .values("title", "description", "starts_at", "price_minor", "decided_at", "cancelled_at", "outcome")
        ),
        "office_seats": list(
            OfficeSeat.objects.filter(person=person)
            .order_by("pk")
            .values(
                "hour__title", "hour__starts_at", "price_minor", "joined_at", "left_at", "away_at", "came_at", "outcome"
            )
        ),
        "bookings_made": list(Booking.objects.filter(mentee=person).order_by("pk").values(*MEETING)),
        "bookings_given": list(Booking.objects.filter(mentor=person).order_by("pk").values(*MEETING)),
    }


def leave(person) -> None:
    """Call off what is to come, so that nobody waits in vain."""
    now = timezone.now()
    for booking in Booking.objects.active().of(person).filter(starts_at__gt=now).select_related("mentor", "mentee"):
        services.cancel_booking(booking=booking, by=person, reason="The account was closed.", now=now)
    services.end_hours(seats=OfficeSeat.objects.filter(person=person), by=person, now=now)
    for hour in OfficeHour.objects.standing().filter(mentor=person, starts_at__gt=now):
        services.cancel_hour(hour=hour, reason="The account was closed.", now=now)
    Offer.objects.open().filter(mentor=person).update(closed_at=now)
    TimeWish.objects.filter(person=person, left_at=None).update(left_at=now)


def foretell(person) -> Foretold:
    coming = Booking.objects.confirmed().of(person).filter(starts_at__gt=timezone.now())
    return Foretold(at_once=[(_("Meetings called off"), coming.count())])


def erase(person) -> None:
    """Forget what was written. That two people met stays with the other one."""
    leave(person)
    Offer.objects.filter(mentor=person).update(description="")
    OfficeHour.objects.filter(mentor=person).update(description="", reason="")
    _forget_addresses(person)
    BookingRules.objects.filter(mentor=person).delete()
    TimeWish.objects.filter(person=person).delete()
    Booking.objects.filter(mentee=person).update(note="")
    Booking.objects.of(person).update(agenda="")
    Booking.objects.filter(cancelled_by=person).update(reason="")


def _forget_addresses(person) -> None:
    """The address of a shared hour names its mentor, and others were led to it: nothing is there any more."""
    seats = OfficeSeat.objects.filter(hour__mentor=person)
    names = [person.handle, *FormerHandle.objects.filter(person=person).values_list("handle", flat=True)]
    hours = set(seats.values_list("hour", flat=True))
    gone = [reverse("office_hour", args=[name, pk]) for name in names for pk in hours]
    told = Notification.objects.filter(recipient__in=seats.values("person"), url__in=gone)
    told.update(url=reverse("mentoring"))


def register():
    personal_data.register("mentoring", PersonalData(export=export, erase=erase, leave=leave, foretell=foretell))
