"""Letters about office hours: that one takes place, and that it does not."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.seo import absolute
from core.templatetags.ui import price
from features.mentoring.letters import MEETINGS, clock, letter
from features.mentoring.models import OfficeHour
from features.notifications.kinds import Kind, kinds


def _hour(notification) -> OfficeHour:
    return OfficeHour.objects.select_related("mentor").get(pk=notification.ref)


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
        _("It takes place: %(title)s") % {"title": hour.title}, said, link, facts=[clock(hour.starts_at, person)]
    )


def office_hour_off(notification):
    hour = _hour(notification)
    said = [_("“%(title)s” does not take place. The reason: %(reason)s") % {"title": hour.title, "reason": hour.reason}]
    if hour.price_minor and notification.recipient.pk != hour.mentor_id:
        said.append(_("You get back all that you paid."))
    link = (_("See it"), absolute(hour.get_absolute_url()))
    return letter(_("Called off: %(title)s") % {"title": hour.title}, said, link)


def _sentences(pattern):
    def say(notifications):
        found = OfficeHour.objects.in_bulk([int(row.ref) for row in notifications])
        return {
            row.pk: pattern % {"title": found[int(row.ref)].title} for row in notifications if int(row.ref) in found
        }

    return say


def register():
    for build, pattern in (
        (office_hour_on, gettext_lazy("“%(title)s” takes place.")),
        (office_hour_off, gettext_lazy("“%(title)s” was called off.")),
    ):
        kinds.register(build.__name__, Kind(letter=build, sentences=_sentences(pattern), group=MEETINGS))
