"""What is told of a host who did not come: to the host, who is asked, and to those who waited."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.seo import absolute
from features.notifications.kinds import Kind, Letter, kinds
from features.payments import services as payments
from features.sessions import notices, services
from features.sessions.emails import TEMPLATE, clock
from features.sessions.models import HostAbsence, Registration


def host_asked(notification):
    absence = _absence(notification)
    if absence.decided_at or absence.answer:
        return None
    until = clock(absence.answer_until, absence.session.host)
    said = [
        _("Somebody with a seat says that you did not come to “%(title)s”.") % {"title": absence.session.title},
        _("Say how it was until %(until)s. If you were there, a moderator reads both sides.") % {"until": until},
        _("If you were not, or say nothing and nobody saw you, everybody gets back what they paid."),
    ]
    return _letter(_("Did you come to “%(title)s”?"), absence.session, said, (_("Answer"), _page(absence.session)))


def host_did_not_come(notification):
    seat = Registration.objects.select_related("session__host", "person").get(pk=notification.ref)
    session = seat.session
    said = [_("%(host)s did not come. We are sorry that you waited.") % {"host": session.host.name}]
    if payments.price_of("registration", seat.pk):
        said.append(_("You get back all that you paid, or the credit that you spent. You need not do anything."))
    others = services.others_instead(session, seat.person, timezone.now())
    if others:
        said.append(_("These are about the same, and have a seat for you:"))
    more = [
        (f"{other.title}, {clock(other.starts_at, seat.person)}", absolute(other.get_absolute_url()))
        for other in others
    ]
    link = (_("See how it stands"), _page(session)) if others else (_("See what is on"), absolute(reverse("sessions")))
    return _letter(_("The host did not come: %(title)s"), session, said, link, more)


def host_came(notification):
    absence = _absence(notification)
    if absence.outcome != HostAbsence.Outcome.CAME:
        return None
    said = [_("It was asked whether the host came to “%(title)s”.") % {"title": absence.session.title}]
    if absence.decided_by_id:
        said.append(_("A moderator has read both sides. As far as we know, the host came, and nothing is paid back."))
    else:
        said.append(_("Nobody says any more that the host did not come, so nothing is paid back."))
    return _letter(
        _("Decided: the host came to “%(title)s”"), absence.session, said, (_("See it"), _page(absence.session))
    )


def _letter(subject, session, said, link, more=()):
    context = {"subject": subject % {"title": session.title}, "paragraphs": said, "link": link, "more": list(more)}
    return Letter(template=TEMPLATE, context=context)


def _page(session):
    return absolute(reverse("host_absence", args=[session.pk, session.slug]))


def _absence(notification):
    return HostAbsence.objects.select_related("session__host").get(pk=notification.ref)


# --- In the inbox -----------------------------------------------------------------------------------------------------
def say_asked(notifications):
    return _say(notifications, _("Somebody says that you did not come to “%(title)s”. Answer, please."))


def say_came(notifications):
    return _say(notifications, _("It was decided that the host came to “%(title)s”."))


def say_did_not_come(notifications):
    seats = Registration.objects.select_related("session").in_bulk([int(row.ref) for row in notifications])
    said = _("The host of “%(title)s” did not come.")
    return {row.pk: said % {"title": seat.session.title} for row in notifications if (seat := seats.get(int(row.ref)))}


def _say(notifications, pattern):
    found = HostAbsence.objects.select_related("session").in_bulk([int(row.ref) for row in notifications])
    return {
        row.pk: pattern % {"title": absence.session.title}
        for row in notifications
        if (absence := found.get(int(row.ref)))
    }


def register():
    kinds.register("host_asked", Kind(letter=host_asked, sentences=say_asked, group=notices.SEATS))
    kinds.register("host_did_not_come", Kind(letter=host_did_not_come, sentences=say_did_not_come, group=notices.SEATS))
    kinds.register("host_came", Kind(letter=host_came, sentences=say_came, group=notices.SEATS))
