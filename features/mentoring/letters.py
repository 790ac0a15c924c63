"""Letters and sentences about meetings. A letter is built when it is sent, from rows as they are then."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.seo import absolute
from core.templatetags.ui import city, local, near, words
from features.calendar import ical
from features.mentoring import entries, services
from features.mentoring.models import Booking
from features.notifications.kinds import Group, Kind, Letter, kinds

TEMPLATE = "mentoring/email/letter"
MEETINGS = Group(
    key="meetings",
    label=gettext_lazy("Your meetings"),
    why=gettext_lazy("Bookings, changes and cancellations of a meeting you have cannot be switched off."),
)
MEETING_REMINDERS = Group(
    key="meeting_reminders",
    label=gettext_lazy("Reminders of meetings"),
    why=gettext_lazy("You are reminded before a meeting that you have."),
    is_optional=True,
)


def booked(notification):
    booking, person = _booking(notification)
    if booking.cancelled_at:
        return None
    said = [_("It is booked. This letter carries the entry for your calendar.")]
    if booking.note and person.pk == booking.mentor_id:
        said.append(_("%(name)s says: “%(note)s”") % {"name": booking.mentee.name, "note": booking.note})
    return _about(booking, person, _("Booked: %(title)s with %(name)s, %(when)s"), said)


def booking_moved(notification):
    booking, person = _booking(notification)
    if booking.cancelled_at:
        return None
    said = [_("It was %(before)s before.") % {"before": clock(booking.previous_starts_at, person)}]
    said.append(_("The reason: “%(reason)s” The entry in your calendar moves along.") % {"reason": booking.reason})
    return _about(booking, person, _("Moved: %(title)s with %(name)s, now %(when)s"), said)


def booking_cancelled(notification):
    booking, person = _booking(notification)
    if not booking.cancelled_at:
        return None
    by = booking.cancelled_by.name if booking.cancelled_by else _("The site")
    said = [
        _("%(name)s called off the meeting of %(when)s.") % {"name": by, "when": clock(booking.starts_at, person)},
        _("The reason: “%(reason)s” The entry leaves your calendar with this letter.") % {"reason": booking.reason},
    ]
    names = {"title": booking.title, "name": booking.other(person).name}
    return letter(
        _("Called off: %(title)s with %(name)s") % names,
        said,
        (_("See the meeting"), absolute(booking.get_absolute_url())),
        attachments=[_attachment(booking, person)],
    )


def booking_reminder(notification):
    booking, person = _booking(notification)
    if booking.cancelled_at or booking.starts_at <= timezone.now():
        return None
    return _about(booking, person, _("%(near)s: %(title)s with %(name)s"), [])


def time_freed(notification):
    booking, person = _booking(notification)
    if booking.cancelled_at or booking.confirmed_at or booking.held_until <= timezone.now():
        return None
    names = {"title": booking.title, "name": booking.other(person).name, "when": clock(booking.starts_at, person)}
    said = [
        _("You waited for it, and it suits your free hours: %(when)s.") % names,
        _("It is kept for you until %(until)s. Then it goes to the next in line.")
        % {"until": clock(booking.held_until, person)},
    ]
    link = (_("Book it, or let it go"), absolute(booking.get_absolute_url()))
    return letter(_("A time has come free: %(title)s with %(name)s") % names, said, link)


def _about(booking, person, subject, said):
    zone = person.time_zone or settings.DEFAULT_TIME_ZONE
    names = {
        "title": booking.title,
        "name": booking.other(person).name,
        "when": words(local(booking.starts_at, zone), "full"),
        "near": near(booking.starts_at, zone),
    }
    facts = [clock(booking.starts_at, person)]
    if booking.time_zone != zone:
        there = words(local(booking.starts_at, booking.time_zone), "full")
        facts.append(_("%(when)s in %(city)s") % {"when": there, "city": city(booking.time_zone)})
    page = absolute(booking.get_absolute_url())
    return letter(
        subject % names,
        said,
        (_("Your way into the room"), absolute(reverse("meet", args=[booking.token_of(person)]))),
        facts=facts,
        more=[(_("Move it, call it off, or prepare it"), page)],
        attachments=[_attachment(booking, person)],
    )


def _attachment(booking, person):
    method = "CANCEL" if booking.cancelled_at else "REQUEST"
    content = ical.message(method=method, entry=entries.of_booking(booking, person))
    return ("meeting.ics", content, f"text/calendar; charset=utf-8; method={method}")


def mentor_missed(notification):
    """To the mentee: what comes back and when, and who else has room."""
    booking, person = _booking(notification)
    if booking.outcome != Booking.Outcome.MENTOR_ABSENT or person.pk != booking.mentee_id:
        return None
    said = [_("We did not see %(name)s at your meeting, and are sorry.") % {"name": booking.mentor.name}]
    if booking.price_minor:
        day = clock(services.refunded_on(booking), person)
        said.append(_("Unless you say until %(day)s that you met, you get back all that you paid.") % {"day": day})
    others = services.others_instead(booking, timezone.now())
    if others:
        said.append(_("They have room and help with the same:"))
    link = (_("See the meeting"), absolute(booking.get_absolute_url()))
    more = [(other.name, absolute(other.get_absolute_url())) for other in others]
    return letter(_("Your mentor did not come: %(title)s") % {"title": booking.title}, said, link, more=more)


def met_said(notification):
    """Not both were seen, and the other one says that they met."""
    booking, person = _booking(notification)
    if booking.outcome not in Booking.TAKES_BOTH:
        return None
    names = {"title": booking.title, "name": booking.other(person).name}
    said = [_("%(name)s says that you met, though not both of you were seen in the room.") % names]
    said.append(_("It counts once you say so, too. You have two days. If you did not meet, do nothing."))
    link = (_("See the meeting"), absolute(booking.get_absolute_url()))
    return letter(_("Did you meet? %(title)s with %(name)s") % names, said, link)


def _booking(notification):
    booking = Booking.objects.select_related("mentor", "mentee", "cancelled_by").get(pk=notification.ref)
    return booking, notification.recipient


def clock(moment, person) -> str:
    zone = person.time_zone or settings.DEFAULT_TIME_ZONE
    return _("%(when)s %(city)s time") % {"when": words(local(moment, zone), "full"), "city": city(zone)}


def letter(subject, said, link, *, facts=(), more=(), attachments=()):
    context = {"subject": subject, "paragraphs": said, "facts": facts, "link": link, "more": more}
    return Letter(template=TEMPLATE, context=context, attachments=list(attachments))


SENTENCES = {
    booked: (MEETINGS, gettext_lazy("“%(title)s” with %(name)s is booked for %(when)s.")),
    time_freed: (MEETINGS, gettext_lazy("A time for “%(title)s” with %(name)s is kept for you: %(when)s.")),
    booking_moved: (MEETINGS, gettext_lazy("“%(title)s” with %(name)s was moved to %(when)s.")),
    booking_cancelled: (MEETINGS, gettext_lazy("“%(title)s” with %(name)s was called off.")),
    mentor_missed: (MEETINGS, gettext_lazy("%(name)s did not come to “%(title)s”. What you paid comes back.")),
    met_said: (MEETINGS, gettext_lazy("%(name)s says that you met for “%(title)s”. It counts once you say so, too.")),
    booking_reminder: (MEETING_REMINDERS, gettext_lazy("Reminder: “%(title)s” with %(name)s, %(when)s.")),
}


def _sentences(pattern):
    def say(notifications):
        found = Booking.objects.select_related("mentor", "mentee").in_bulk([int(row.ref) for row in notifications])
        return {
            row.pk: pattern
            % {
                "title": booking.title,
                "name": booking.other(row.recipient).name,
                "when": words(local(booking.starts_at), "full"),
            }
            for row in notifications
            if (booking := found.get(int(row.ref)))
        }

    return say


def register():
    for build, (group, pattern) in SENTENCES.items():
        kinds.register(build.__name__, Kind(letter=build, sentences=_sentences(pattern), group=group))
