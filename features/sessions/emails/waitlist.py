"""Letters to those who wait for a seat."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.seo import absolute
from features.sessions.emails.parts import clock, letter, when_and_where
from features.sessions.links import WAITLIST, token
from features.sessions.models import WaitlistEntry, WaitlistOffer


def waitlist_joined(notification):
    entry = _entry(notification.ref)
    if entry.left_at:
        return None
    return _about_place(
        entry,
        _("On the waitlist: %(title)s"),
        [
            _("You are on the waitlist. When a seat comes free it is kept for the next in line, and we write at once."),
            _("Order is by time joined and cannot be bought."),
        ],
        _("Your place in line"),
    )


def seat_offered(notification):
    offer = _offer(notification)
    if offer.closed_at or offer.expires_at <= timezone.now():
        return None
    until = clock(offer.expires_at, offer.entry.person)
    return _about_place(
        offer.entry,
        _("A seat is yours until %(until)s: %(title)s") % {"until": until, "title": "%(title)s"},
        [
            _("A seat came free and is kept for you until %(until)s. After that it goes to the next in line.")
            % {"until": until}
        ],
        _("Take the seat, or pass it on"),
    )


def seat_open(notification):
    entry = _entry(notification.ref)
    left = entry.ticket.places_left(entry.session) if entry.ticket else entry.session.seats_left
    if entry.left_at or left <= 0 or entry.session.has_started(timezone.now()):
        return None
    return _about_place(
        entry,
        _("A seat is free now: %(title)s"),
        [_("The session starts soon, so seats are no longer kept. All who wait are told now; the first gets it.")],
        _("Take the seat"),
    )


def offer_expired(notification):
    offer = _offer(notification)
    if offer.outcome != WaitlistOffer.Outcome.EXPIRED:
        return None
    session = offer.entry.session
    said = [_("The time to take the seat is over, so it went to the next in line. You can join the waitlist again.")]
    return letter(
        _("The seat moved on: %(title)s") % {"title": session.title},
        said,
        (_("See the session"), absolute(session.get_absolute_url())),
    )


def waitlist_session_changed(notification):
    entry = _entry(notification.ref)
    if entry.left_at or entry.session.has_started(timezone.now()):
        return None
    said = [_("The host changed the time, the place or the title of what you wait for. Your place in line stays.")]
    return _about_place(entry, _("Changed: %(title)s"), said, _("Your place in line"))


def waitlist_session_cancelled(notification):
    entry = _entry(notification.ref)
    session = entry.session
    if not session.is_cancelled:
        return None
    cancelled = _("You waited for a seat. %(host)s cancelled the session:")
    if session.had_too_few:
        cancelled = _("You waited for a seat. The session does not take place: too few people had one.")
    said = [
        cancelled % {"host": session.host.name},
        f"“{session.cancellation_reason}”",
    ]
    return letter(
        _("Cancelled: %(title)s") % {"title": session.title},
        said,
        (_("See what else is on"), absolute(session.get_absolute_url())),
    )


def _about_place(entry, subject, said, label):
    link = (label, absolute(reverse("waitlist_link", args=[token(entry.public_id, WAITLIST)])))
    facts = when_and_where(entry.session, entry.person, entry.ticket)
    return letter(subject % {"title": entry.session.title}, said, link, facts=facts)


def _offer(notification):
    offers = WaitlistOffer.objects.select_related("entry__session__host", "entry__person", "entry__ticket")
    return offers.get(pk=notification.ref)


def _entry(ref):
    return WaitlistEntry.objects.select_related("session__host", "person", "ticket").get(pk=ref)
