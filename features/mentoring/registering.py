"""What bookings and relationships hand to the registries of other features, and to matching."""

from django.utils.translation import gettext_lazy as _

from core import nav
from features.calendar.services import calendars
from features.mentoring import entries, facts, letters, meeting_data, pages, services
from features.payments.services import fulfilments


def register():
    nav.add(
        nav.Place(_("Meetings"), "bookings", icon="clock", order=15, section="account"),
        nav.Place(_("Your offers"), "own_offers", icon="mentors", order=25, section="account"),
    )
    fulfilments.register("booking", services.BookingFulfilment())
    calendars.register("meetings", entries.of_person)
    facts.panels.register("offers", facts.Panel(20, "mentoring/_offers.html", pages.offers_panel))
    letters.register()
    meeting_data.register()
