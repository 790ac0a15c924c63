"""What the inbox says about sessions: what happened, which stays true. One query for all of a kind."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.templatetags.ui import local, words
from features.notifications.kinds import Group
from features.sessions.models import Registration, WaitlistEntry, WaitlistOffer

SEATS = Group(
    key="seats",
    label=gettext_lazy("Your seats"),
    why=gettext_lazy("Confirmations, changes and cancellations of a seat you have cannot be switched off."),
)
WAITLIST = Group(
    key="waitlist",
    label=gettext_lazy("Seats that come free"),
    why=gettext_lazy("A seat that is kept for you has an end, so news from your waitlists cannot be switched off."),
)
WAITLIST_JOINED = Group(
    key="waitlist_joined",
    label=gettext_lazy("Joining a waitlist"),
    why=gettext_lazy("You are told that you are in line when you join a waitlist."),
    is_optional=True,
)
REMINDERS = Group(
    key="reminders",
    label=gettext_lazy("Reminders"),
    why=gettext_lazy("You are reminded before a session in which you have a seat."),
    is_optional=True,
)
FOLLOW_UP = Group(
    key="follow_up",
    label=gettext_lazy("After a session"),
    why=gettext_lazy("You are written to after a session that you attended."),
    is_optional=True,
)
HOST_MESSAGES = Group(
    key="host_messages",
    label=gettext_lazy("Messages from hosts"),
    why=gettext_lazy("Hosts write to those who have a seat in their session, or wait for one."),
    is_optional=True,
)
RECAPS = Group(
    key="recaps",
    label=gettext_lazy("Notes and recordings"),
    why=gettext_lazy("You are told when notes or a recording of a session are there in which you had a seat."),
    is_optional=True,
)


def registered(notifications):
    return _say(_seats(notifications), _("You took a seat in “%(title)s”, %(when)s."))


def registration_cancelled(notifications):
    return _say(_seats(notifications), _("Your seat in “%(title)s” was given back."))


def session_changed(notifications):
    return _say(_seats(notifications), _("“%(title)s” was changed. It is on %(when)s."))


def session_moved(notifications):
    return _say(_seats(notifications), _("“%(title)s” was moved. It is on %(when)s."))


def session_cancelled(notifications):
    return _say(_seats(notifications), _("“%(title)s” was cancelled."))


def session_reminder(notifications):
    return _say(_seats(notifications), _("Reminder: “%(title)s”, %(when)s."))


def session_follow_up(notifications):
    return _say(_seats(notifications), _("Thank you for coming to “%(title)s”. How was it?"))


def waitlist_joined(notifications):
    return _say(_places(notifications), _("You joined the waitlist for “%(title)s”."))


def waitlist_session_changed(notifications):
    return _say(_places(notifications), _("“%(title)s”, for which you wait, was changed. It is on %(when)s."))


def waitlist_session_cancelled(notifications):
    return _say(_places(notifications), _("“%(title)s”, for which you waited, was cancelled."))


def seat_open(notifications):
    return _say(_places(notifications), _("A seat in “%(title)s” came free: the first gets it."))


def seat_offered(notifications):
    return _say(_offers(notifications), _("A seat in “%(title)s” came free for you, kept until %(until)s."))


def offer_expired(notifications):
    return _say(_offers(notifications), _("The seat in “%(title)s” that was kept for you went to the next in line."))


def _say(found, pattern):
    return {
        pk: pattern % {"title": session.title, "when": _clock(session.starts_at), "until": _clock(until)}
        for pk, session, until in found
    }


def _clock(moment):
    return words(local(moment), "full") if moment else ""


def _seats(notifications):
    seats = Registration.objects.select_related("session").in_bulk([int(row.ref) for row in notifications])
    return [(row.pk, seat.session, None) for row in notifications if (seat := seats.get(int(row.ref)))]


def _places(notifications):
    places = WaitlistEntry.objects.select_related("session").in_bulk([int(row.ref) for row in notifications])
    return [(row.pk, place.session, None) for row in notifications if (place := places.get(int(row.ref)))]


def _offers(notifications):
    offers = WaitlistOffer.objects.select_related("entry__session").in_bulk([int(row.ref) for row in notifications])
    return [
        (row.pk, offer.entry.session, offer.expires_at) for row in notifications if (offer := offers.get(int(row.ref)))
    ]
