"""Letters about office hours: that one takes place, that it does not, and who does not come."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.seo import absolute
from core.templatetags.ui import price
from features.calendar import ical
from features.mentoring import entries, services
from features.mentoring.letters import MEETING_REMINDERS, MEETINGS, clock, letter
from features.mentoring.models import OfficeHour, OfficeSeat
from features.notifications.kinds import Kind, kinds


def _hour(notification) -> OfficeHour:
    return OfficeHour.objects.select_related("mentor").get(pk=notification.ref)


def _attachment(hour, person):
    method = "CANCEL" if hour.cancelled_at else "REQUEST"
    content = ical.message(method=method, entry=entries.of_hour(hour, person))
    return ("hour.ics", content, f"text/calendar; charset=utf-8; method={method}")


def office_hour_on(notification):
    hour, person = _hour(notification), notification.recipient
    if hour.cancelled_at:
        return None
    people = hour.seats.paid().count()
    said = [_("It takes place: %(n)d people share it.") % {"n": people}]
    seat = hour.seats.paid().filter(person=person).first()
    if seat and seat.price_minor > (share := hour.share(people)):
        less = price(seat.price_minor - share, hour.currency, exact=True)
        said.append(_("So each pays less, and %(amount)s go back to you.") % {"amount": less})
    link = (_("The way into the room"), absolute(hour.get_absolute_url()))
    return letter(
        _("It takes place: %(title)s") % {"title": hour.title},
        said,
        link,
        facts=[clock(hour.starts_at, person)],
        attachments=[_attachment(hour, person)],
    )


def office_hour_off(notification):
    hour = _hour(notification)
    said = [_("“%(title)s” does not take place. The reason: %(reason)s") % {"title": hour.title, "reason": hour.reason}]
    if hour.price_minor and notification.recipient.pk != hour.mentor_id:
        said.append(_("You get back all that you paid."))
    link = (_("See it"), absolute(hour.get_absolute_url()))
    told_of = [_attachment(hour, notification.recipient)] if hour.decided_at else []
    return letter(_("Called off: %(title)s") % {"title": hour.title}, said, link, attachments=told_of)


def office_hour_reminder(notification):
    hour, person = _hour(notification), notification.recipient
    if hour.cancelled_at or hour.starts_at <= timezone.now():
        return None
    said = [_("Whoever is not there ten minutes after it begins did not come.")]
    link = (_("The way into the room"), absolute(hour.get_absolute_url()))
    facts = [clock(hour.starts_at, person)]
    return letter(_("In an hour: %(title)s") % {"title": hour.title}, said, link, facts=facts)


def office_hour_missed(notification):
    """To those with a place: what comes back and when."""
    hour, person = _hour(notification), notification.recipient
    if hour.outcome != OfficeHour.Outcome.MENTOR_ABSENT:
        return None
    said = [_("We did not see %(name)s in this hour, and are sorry.") % {"name": hour.mentor.name}]
    if hour.price_minor:
        day = clock(services.refunded_on(hour), person)
        said.append(
            _("Unless most of you say until %(day)s that it was held, you get back all that you paid.") % {"day": day}
        )
    link = (_("See it"), absolute(hour.get_absolute_url()))
    return letter(_("Your mentor did not come: %(title)s") % {"title": hour.title}, said, link)


def office_seat_away(notification):
    seat = OfficeSeat.objects.select_related("hour__mentor", "person").get(pk=notification.ref)
    hour = seat.hour
    if hour.cancelled_at or hour.starts_at <= timezone.now():
        return None
    names = {"name": seat.person.name, "title": hour.title}
    count = hour.seats.coming().count()
    left = ngettext("%(n)d person still comes.", "%(n)d people still come.", count) % {"n": count}
    said = [
        _("%(name)s does not come, and pays their share all the same.") % names,
        left if count else _("Nobody is left, so you need not come either. You are paid as agreed."),
    ]
    link = (_("See it"), absolute(hour.get_absolute_url()))
    return letter(_("%(name)s does not come: %(title)s") % names, said, link)


def _seat_sentences(notifications):
    found = OfficeSeat.objects.select_related("hour", "person").in_bulk([int(row.ref) for row in notifications])
    return {
        row.pk: _("%(name)s does not come to “%(title)s”.") % {"name": seat.person.name, "title": seat.hour.title}
        for row in notifications
        if (seat := found.get(int(row.ref)))
    }


def _sentences(pattern):
    def say(notifications):
        found = OfficeHour.objects.in_bulk([int(row.ref) for row in notifications])
        return {
            row.pk: pattern % {"title": found[int(row.ref)].title} for row in notifications if int(row.ref) in found
        }

    return say


def register():
    for build, pattern, group in (
        (office_hour_on, gettext_lazy("“%(title)s” takes place."), MEETINGS),
        (office_hour_off, gettext_lazy("“%(title)s” was called off."), MEETINGS),
        (office_hour_missed, gettext_lazy("The mentor did not come to “%(title)s”."), MEETINGS),
        (office_hour_reminder, gettext_lazy("“%(title)s” begins in an hour."), MEETING_REMINDERS),
    ):
        kinds.register(build.__name__, Kind(letter=build, sentences=_sentences(pattern), group=group))
    kinds.register("office_seat_away", Kind(letter=office_seat_away, sentences=_seat_sentences, group=MEETINGS))
