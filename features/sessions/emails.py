"""Letters about sessions. Each is built when it is sent, from rows as they are then; None means: no longer true."""

from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.seo import absolute
from core.templatetags.ui import city, local, words
from features.calendar import ical
from features.notifications.kinds import Kind, Letter, kinds
from features.payments import services as payments
from features.sessions import entries, notices
from features.sessions.joining import VERDICTS
from features.sessions.links import CANCELLATION, WAITLIST, token
from features.sessions.models import Format, Registration, WaitlistEntry, WaitlistOffer

TEMPLATE = "sessions/email/letter"


def register_kinds():
    for group, letters in [
        (notices.SEATS, [registered, registration_cancelled, session_changed, session_moved, session_cancelled]),
        (
            notices.WAITLIST,
            [seat_offered, seat_open, offer_expired, waitlist_session_changed, waitlist_session_cancelled],
        ),
        (notices.REMINDERS, [session_reminder]),
        (notices.FOLLOW_UP, [session_follow_up]),
        (notices.WAITLIST_JOINED, [waitlist_joined]),
    ]:
        for letter in letters:
            name = letter.__name__  # the inbox has a sentence of the same name
            kinds.register(name, Kind(letter=letter, sentences=getattr(notices, name), group=group))


# --- Seats ------------------------------------------------------------------------------------------------------------
def registered(notification):
    seat = _seat(notification)
    if seat.cancelled_at or seat.session.is_cancelled:
        return None
    return _about_seat(
        seat,
        _("You have a seat: %(title)s, %(when)s"),
        [_("You have a seat. This letter carries the entry for your calendar."), *entries.preparation(seat)],
    )


def session_changed(notification):
    return _changed(_seat(notification))


def session_moved(notification):
    seat = _seat(notification)
    before = seat.session.previous_starts_at
    if not before or before == seat.session.starts_at:
        return _changed(seat)
    return _changed(seat, _("It was %(before)s before.") % {"before": clock(before, seat.person)})


def _changed(seat, *more):
    session = seat.session
    if seat.cancelled_at or session.is_cancelled:
        return None
    if not seat.confirmed_at:
        return _letter(
            _("Changed: %(title)s") % {"title": session.title},
            [
                _("A seat is held for you until you have paid. The host changed the time, the place or the title."),
                *more,
            ],
            (_("See your seat"), absolute(reverse("registration", args=[session.pk, session.slug]))),
            facts=when_and_where(session, seat.person, seat.ticket),
        )
    said = [_("Your host changed the time, the place or the title. The entry in your calendar moves along."), *more]
    if seat.instructions:
        said.append(seat.instructions)
    return _about_seat(seat, _("Changed: %(title)s, now %(when)s"), said)


def session_reminder(notification):
    seat = _seat(notification)
    if seat.cancelled_at or seat.session.is_cancelled or seat.session.has_started(timezone.now()):
        return None
    if not seat.session.host.is_active:
        page = absolute(seat.session.get_absolute_url())
        said = [_("You have a seat on %(when)s.") % {"when": clock(seat.session.starts_at, seat.person)}]
        said.append(str(VERDICTS["host_away"].words))
        subject = _("Probably not taking place: %(title)s") % {"title": seat.session.title}
        return _letter(subject, said, (_("See how it stands"), page))
    return _about_seat(seat, _("Reminder: %(title)s, %(when)s"), entries.preparation(seat))


def session_follow_up(notification):
    seat = _seat(notification)
    if seat.cancelled_at or seat.session.is_cancelled or not seat.was_there or seat.session.host_did_not_come:
        return None
    session = seat.session
    names = {"title": session.title, "host": session.host.name}
    page = absolute(session.get_absolute_url())
    if hasattr(seat, "review"):
        said = [_("Thank you for coming, and for your review. The page of the session stays.") % names]
        return _letter(_("After “%(title)s”") % names, said, (_("See the session"), page))
    said = [
        _("Thank you for coming. How was it? A number and a sentence help others to choose, and %(host)s to do better.")
        % names,
        _("Only people who were there can say. You have 30 days for it, and we do not ask again."),
    ]
    ask = (_("Say how it was"), absolute(reverse("own_review", args=[session.pk, session.slug])))
    return _letter(_("How was “%(title)s”?") % names, said, ask, more=[(_("See the session"), page)])


def registration_cancelled(notification):
    seat = _seat(notification)
    if not seat.cancelled_at:
        return None
    session = seat.session
    said = [_("Your seat is given back, and the entry leaves your calendar with this letter.")]
    if seat.cancellation_reason == "hold_expired":
        said = [_("The time to pay was over, so the seat went back. Nothing was charged.")]
    return _letter(
        _("Seat given back: %(title)s") % {"title": session.title},
        said,
        (_("See the session"), absolute(session.get_absolute_url())),
        attachments=[_attachment(seat, "CANCEL")],
    )


def session_cancelled(notification):
    seat = _seat(notification)
    session = seat.session
    if not session.is_cancelled:
        return None
    cancelled = _("%(host)s cancelled the session of %(when)s.")
    if session.had_too_few:
        cancelled = _("The session of %(when)s does not take place: too few people had a seat.")
    said = [
        cancelled % {"host": session.host.name, "when": clock(session.starts_at, seat.person)},
        f"“{session.cancellation_reason}”",
        _("The entry leaves your calendar with this letter. You get back everything you paid.")
        if payments.price_of("registration", seat.pk)
        else _("The entry leaves your calendar with this letter. You paid nothing, so nothing is paid back."),
    ]
    return _letter(
        _("Cancelled: %(title)s") % {"title": session.title},
        said,
        (_("See what else is on"), absolute(session.get_absolute_url())),
        attachments=[_attachment(seat, "CANCEL")],
    )


# --- Waitlist ---------------------------------------------------------------------------------------------------------
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
    return _letter(
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
    return _letter(
        _("Cancelled: %(title)s") % {"title": session.title},
        said,
        (_("See what else is on"), absolute(session.get_absolute_url())),
    )


# --- What they share --------------------------------------------------------------------------------------------------
def calendar_entry(seat, method="REQUEST") -> bytes:
    """The seat's calendar entry as a message: it asks for the entry, or takes it away."""
    facts = entries.of_seat(seat)
    if method == "CANCEL":
        facts = replace(facts, status="CANCELLED")
    return ical.message(method="REQUEST" if facts.status == "CONFIRMED" else "CANCEL", entry=facts)


def _attachment(seat, method="REQUEST"):
    return ("session.ics", calendar_entry(seat, method), f"text/calendar; charset=utf-8; method={method}")


def _seat(notification):
    seats = Registration.objects.select_related("session__host", "person", "attendance", "review", "ticket")
    return seats.get(pk=notification.ref)


def _offer(notification):
    offers = WaitlistOffer.objects.select_related("entry__session__host", "entry__person", "entry__ticket")
    return offers.get(pk=notification.ref)


def _entry(ref):
    return WaitlistEntry.objects.select_related("session__host", "person", "ticket").get(pk=ref)


def clock(moment, person):
    zone = person.time_zone or settings.DEFAULT_TIME_ZONE
    return _("%(when)s %(city)s time") % {"when": words(local(moment, zone), "full"), "city": city(zone)}


def when_and_where(session, person, ticket=None):
    lines = [clock(session.starts_at, person)]
    if session.time_zone != (person.time_zone or settings.DEFAULT_TIME_ZONE):
        there = words(local(session.starts_at, session.time_zone), "full")
        lines.append(
            _("%(when)s in %(city)s, where %(host)s is")
            % {"when": there, "city": city(session.time_zone), "host": session.host.name}
        )
    if ticket:
        lines.append(session.address if ticket.format == Format.IN_PERSON else _("Online"))
        lines.append(_("Ticket: %(name)s") % {"name": ticket.name})
    else:
        lines.append(session.where_words)
    return lines


def _about_seat(seat, subject, said):
    session = seat.session
    cancel_url = absolute(reverse("cancellation_link", args=[token(seat.public_id, CANCELLATION)]))
    until = session.starts_at - timedelta(hours=session.cancellation_hours)
    cannot = _("I cannot make it")
    if session.cancellation_hours and until > timezone.now():
        cannot = _("I cannot make it (best before %(until)s)") % {"until": clock(until, seat.person)}
    link = (_("All about the session"), absolute(session.get_absolute_url()))
    if seat.format == Format.ONLINE:
        link = (_("Your way into the room"), absolute(reverse("join", args=[seat.join_token])))
    when = words(local(session.starts_at, seat.person.time_zone or settings.DEFAULT_TIME_ZONE), "full")
    return _letter(
        subject % {"title": session.title, "when": when},
        said,
        link,
        facts=when_and_where(session, seat.person, seat.ticket),
        more=[(cannot, cancel_url)],
        attachments=[_attachment(seat)],
    )


def _about_place(entry, subject, said, label):
    link = (label, absolute(reverse("waitlist_link", args=[token(entry.public_id, WAITLIST)])))
    facts = when_and_where(entry.session, entry.person, entry.ticket)
    return _letter(subject % {"title": entry.session.title}, said, link, facts=facts)


def _letter(subject, said, link, *, facts=(), more=(), attachments=()):
    context = {"subject": subject, "paragraphs": said, "facts": facts, "link": link, "more": more}
    return Letter(template=TEMPLATE, context=context, attachments=list(attachments))
