"""Letters to those who have a seat."""

from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.seo import absolute
from core.templatetags.ui import local, near, price, words
from features.payments import services as payments
from features.sessions import entries
from features.sessions.emails.parts import attachment, clock, letter, when_and_where
from features.sessions.joining import VERDICTS
from features.sessions.links import CANCELLATION, token
from features.sessions.models import Format, Registration

ASKED_AGAIN = "follow_up_again:"  # how the keys of a second letter begin


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
    said = [_("It was %(before)s before.") % {"before": clock(before, seat.person)}]
    if payments.price_of("registration", seat.pk):
        words = _("If you cannot come then, give your seat back until it begins: you get everything back.")
    else:
        words = _("If you cannot come then, give your seat back until it begins.")
    return _changed(seat, *said, words)


def _changed(seat, *more):
    session = seat.session
    if seat.cancelled_at or session.is_cancelled:
        return None
    if not seat.confirmed_at:
        return letter(
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
        return letter(subject, said, (_("See how it stands"), page))
    return _about_seat(seat, _("%(near)s: %(title)s"), entries.preparation(seat))


def session_follow_up(notification):
    seat = _seat(notification)
    if seat.cancelled_at or seat.session.is_cancelled or not seat.was_there or seat.session.host_did_not_come:
        return None
    session = seat.session
    names = {"title": session.title, "host": session.host.name}
    page = absolute(session.get_absolute_url())
    is_again = notification.key.startswith(ASKED_AGAIN)
    if hasattr(seat, "review"):
        if is_again:
            return None
        said = [_("Thank you for coming, and for your review. The page of the session stays.") % names]
        return letter(_("After “%(title)s”") % names, said, (_("See the session"), page))
    said = [
        _("Thank you for coming. How was it? A number and a sentence help others to choose, and %(host)s to do better.")
        % names,
        _("Only people who were there can say. You have 30 days for it, and this is the last time we ask.")
        if is_again
        else _("Only people who were there can say. You have 30 days for it; we ask once more, and then never."),
    ]
    ask = (_("Say how it was"), absolute(reverse("own_review", args=[session.pk, session.slug])))
    return letter(_("How was “%(title)s”?") % names, said, ask, more=[(_("Ask what is still open"), f"{page}#asked")])


def registration_cancelled(notification):
    seat = _seat(notification)
    if not seat.cancelled_at:
        return None
    session = seat.session
    said = [_("Your seat is given back, and the entry leaves your calendar with this letter.")]
    subject = _("Seat given back: %(title)s")
    if seat.cancellation_reason == "charged_back":
        subject = _("Your seat has gone: %(title)s")
        said = [_("Your bank took back what you paid, so the seat goes to others. The entry leaves your calendar.")]
    return letter(
        subject % {"title": session.title},
        said,
        (_("See the session"), absolute(session.get_absolute_url())),
        attachments=[attachment(seat, "CANCEL")],
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
        if seat.confirmed_at and payments.price_of("registration", seat.pk)
        else _("The entry leaves your calendar with this letter. You paid nothing, so nothing is paid back."),
    ]
    return letter(
        _("Cancelled: %(title)s") % {"title": session.title},
        said,
        (_("See what else is on"), absolute(session.get_absolute_url())),
        attachments=[attachment(seat, "CANCEL")],
    )


def _about_seat(seat, subject, said):
    session = seat.session
    cancel_url = absolute(reverse("cancellation_link", args=[token(seat.public_id, CANCELLATION)]))
    link = (_("All about the session"), absolute(session.get_absolute_url()))
    if seat.format == Format.ONLINE:
        link = (_("Your way into the room"), absolute(reverse("join", args=[seat.join_token])))
    zone = seat.person.time_zone or settings.DEFAULT_TIME_ZONE
    names = {"when": words(local(session.starts_at, zone), "full"), "near": near(session.starts_at, zone)}
    return letter(
        subject % {"title": session.title, **names},
        said,
        link,
        facts=when_and_where(session, seat.person, seat.ticket),
        more=[(_cannot(seat), cancel_url)],
        attachments=[attachment(seat)],
    )


def _cannot(seat) -> str:
    """The way out, with what it brings: what the page behind it says once more, before anything is done."""
    session, of_seat = seat.session, ("registration", seat.pk)
    quote = payments.refund_quote(*of_seat, starts_at=session.starts_at)
    credit = payments.credit_comes_back(*of_seat, starts_at=session.starts_at)
    until = session.starts_at - timedelta(hours=session.cancellation_hours)
    if quote and quote.until:
        names = {
            "back": price(quote.amount_minor, quote.currency, exact=True),
            "until": clock(quote.until, seat.person),
        }
        return _("I cannot make it (%(back)s back until %(until)s)") % names
    if quote or credit is False:
        return _("I cannot make it (what you paid comes back if somebody else takes your seat)")
    if credit:
        return _("I cannot make it (your credit comes back)")
    if session.cancellation_hours and until > timezone.now():
        return _("I cannot make it (best before %(until)s)") % {"until": clock(until, seat.person)}
    return _("I cannot make it")


def _seat(notification):
    seats = Registration.objects.select_related("session__host", "person", "attendance", "review", "ticket")
    return seats.get(pk=notification.ref)
