"""What bookings and relationships hand to the registries of other features, and to matching."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core import nav
from features.accounts.services import file_access
from features.calendar.services import bookable, calendars
from features.mentoring import (
    causes,
    curation,
    entries,
    facts,
    hour_letters,
    letters,
    meeting_data,
    pages,
    pool_letters,
    promises,
    relationship_data,
    relationship_letters,
    relationship_pages,
    selling,
    services,
    written_data,
    written_letters,
)
from features.mentoring.services import files, hours, written_files
from features.moderation.services import apart
from features.payments.services import fulfilments
from features.skills.services import Merge, merges


def register():
    nav.add(
        nav.Place(
            _("Mentoring"),
            "mentoring",
            order=12,
            section="learning",
            about=_("Whom you learn with, requests, whose turn it is"),
            is_near=True,
        ),
        nav.Place(_("Meetings"), "bookings", order=11, section="time", about=_("Mentoring meetings, to come and past")),
    )
    file_access.register(files.KIND, files.may_see_file)
    file_access.register(written_files.KIND, written_files.may_see_review_file)
    fulfilments.register("booking", services.BookingFulfilment())
    fulfilments.register(hours.SEAT, services.OfficeSeatFulfilment())
    fulfilments.register(written_files.KIND, services.WrittenReviewFulfilment())
    bookable.register("mentors", services.free_times)
    apart.register("mentoring", services.kept_apart_from)
    calendars.register("meetings", entries.of_person)
    calendars.register("office_hours", entries.hours_of_person)
    facts.panels.register("offers", facts.Panel(10, "mentoring/_offers.html", pages.offers_panel))
    facts.panels.register("request", facts.Panel(20, "mentoring/_request.html", relationship_pages.request_panel))
    said = facts.Panel(30, "mentoring/_testimonials.html", relationship_pages.testimonials_panel)
    facts.panels.register("testimonials", said)
    facts.closed_pairs.register("relationships", services.closed_pairs)
    facts.busy_pairs.register("relationships", services.busy_pairs)
    merges.register("mentorships", Merge(mentorships, services.take_over_mentorships))
    letters.register()
    relationship_letters.register()
    written_letters.register()
    pool_letters.register()
    hour_letters.register()
    meeting_data.register()
    relationship_data.register()
    written_data.register()
    causes.register()
    selling.register()
    curation.register()
    promises.register()


def mentorships(n: int) -> str:
    return ngettext("%(n)d mentorship", "%(n)d mentorships", n) % {"n": n}
