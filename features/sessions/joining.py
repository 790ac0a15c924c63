"""One answer to "can I join?", the same for the page, the API and the letters."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.db.models import Case, Count, Exists, OuterRef, Subquery, Value, When, prefetch_related_objects
from django.db.models.functions import Coalesce, JSONArray
from django.utils.translation import gettext_lazy as _

from core.db import Prepared
from features.accounts import access
from features.accounts.models import User
from features.payments import services as payments
from features.sessions.models import CoHost, Registration, SkillSession, WaitlistEntry, WaitlistOffer

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# From here on a freed seat is nobody's in particular: whoever waits is told at once, first come.
CUTOFF = timedelta(hours=2)


@dataclass(frozen=True)
class Verdict:
    """`code` is stable and shared with the API; `step` names the one next step the page offers. `waiting` counts who is
    in line, where that matters."""

    code: str
    step: str
    words: "str | StrPromise"
    waiting: int = 0
    url: str = ""  # where the next step is, if not on this page

    @property
    def may_register(self) -> bool:
        return self.code in ("open", "offered")


VERDICTS = {
    verdict.code: verdict
    for verdict in (
        Verdict("open", "register", _("There is a seat for you.")),
        Verdict("offered", "claim", _("A seat is being kept for you.")),
        Verdict("registered", "manage", _("You have a seat.")),
        Verdict("held", "pay", _("A seat is held for you until you have paid.")),
        Verdict("refund_changed", "manage", _("The amount that you get back has changed meanwhile. Look at it again.")),
        Verdict("waiting", "wait", _("You are on the waitlist.")),
        Verdict("full", "join_waitlist", _("All seats are taken. You can join the waitlist.")),
        Verdict("choose_ticket", "register", _("Choose a ticket.")),
        Verdict("waits_for_another", "wait", _("You wait for another ticket of this session. Leave that line first.")),
        Verdict("closed", "browse", _("Tickets for this are no longer sold.")),
        Verdict("sign_in", "sign_in", _("Say who you are, and the seat is yours.")),
        Verdict("email_not_verified", "verify_email", _("Confirm your e-mail address first.")),
        Verdict("host", "roster", _("You host this session.")),
        Verdict("draft", "publish", _("This session is not published yet.")),
        Verdict("cancelled", "browse", _("This session was cancelled.")),
        Verdict(
            "host_away",
            "browse",
            _("The account of the host is suspended. As things stand, this session does not take place."),
        ),
        Verdict("started", "browse", _("This session has started. Registration is closed.")),
        Verdict("ended", "browse", _("This session is over.")),
        Verdict(
            "payments_not_set_up",
            "browse",
            _("This session has a price, and payments are not set up on this site. Nothing can be booked."),
        ),
        Verdict("barred", "object", _("Taking seats is not open to you for now.")),
    )
}


@dataclass(frozen=True)
class Standing:
    """What ties a person to a session now."""

    seat: str  # "registered", "held" or nothing
    is_offered: bool
    is_waiting: bool
    waits_for: int | None  # the kind of ticket
    is_verified: bool
    line: int
    host_is_away: bool
    is_cohost: bool


def with_standing(sessions, person, now, of_kind=None):
    """Sessions, each with what ties a person (a key, or a place for one) to it. A part of the one statement that reads
    the session: a thousand people may ask at once, and asking costs more than the answer."""
    session = OuterRef("pk")
    seats = Registration.objects.active().filter(session=session, person=person)
    line = WaitlistEntry.objects.in_line().filter(session=session).order_by()
    mine = WaitlistEntry.objects.filter(session=session, left_at=None, person=person).order_by()
    offers = WaitlistOffer.objects.filter(
        entry__session=session, entry__person=person, entry__left_at=None, closed_at=None, expires_at__gt=now
    )
    counted = (line.filter(ticket=of_kind) if of_kind else line).values("session").annotate(n=Count("pk")).values("n")
    return sessions.annotate(
        came_with=JSONArray(
            Subquery(seats.values(said=Case(When(confirmed_at=None, then=Value("held")), default=Value("registered")))),
            Exists(offers),
            Exists(mine),
            Subquery(mine.values("ticket")),
            Exists(EmailAddress.objects.filter(user=person, verified=True)),
            Coalesce(Subquery(counted), 0),
            Exists(User._default_manager.filter(pk=OuterRef("host"), is_active=False)),
            Exists(CoHost.objects.in_force().filter(session=session, person=person)),
        )
    )


STANDING = Prepared(
    lambda pk, person, now: with_standing(SkillSession.objects.filter(pk=pk), person, now).values_list("came_with")
)
OF_KIND = Prepared(
    lambda pk, person, now, kind: with_standing(SkillSession.objects.filter(pk=pk), person, now, kind).values_list(
        "came_with"
    )
)


def standing(session, person, now, ticket=None) -> Standing:
    """As it is now, or, the first time it is asked of a session that was read for a person, as it was then."""
    whose, said = session.__dict__.pop("read_for", None), session.__dict__.pop("came_with", None)
    if ticket:
        [said] = OF_KIND.first(session.pk, person.pk, now, ticket.pk)
    elif said is None or whose != person:
        [said] = STANDING.first(session.pk, person.pk, now)
    seat, *rest = said
    return Standing(seat or "", *rest)


def can_join(session, person, now, ticket=None) -> Verdict:
    """The first thing that decides, in the order a person would ask. Of a session with kinds of ticket: for that kind,
    or without one the best that can be said of any."""
    if session.is_cancelled or not session.is_published:
        return VERDICTS["cancelled" if session.is_cancelled else "draft"]
    mine = standing(session, person, now, ticket)
    code = _code(session, person, mine, now, ticket)
    if code in ("open", "offered", "full") and (bar := access.bar(person, access.Ability.REGISTER)):
        return replace(VERDICTS["barred"], words=bar.words, url=bar.url)
    return replace(VERDICTS[code], waiting=mine.line)


def _code(session, person, mine, now, ticket):
    if mine.seat == "registered":
        return "registered"  # also afterwards: their page stays theirs
    if session.has_ended(now):
        return "ended"
    if session.has_started(now):
        return "started"
    if person.is_authenticated and (session.host_id == person.pk or mine.is_cohost):
        return "host"
    if mine.host_is_away:
        return "host_away"
    if session.has_kinds:
        return mine.seat or min(codes(session, person, mine, ticket).values(), key=BEST_FIRST.index, default="closed")
    return _code_of(session, None, person, mine)


BEST_FIRST = (
    "offered", "waiting", "open", "sign_in", "email_not_verified", "full", "payments_not_set_up", "closed"
)  # fmt: skip


def codes(session, person, mine, ticket=None) -> dict[int, str]:
    """For each kind of ticket, or the one that is asked about, how it stands with it."""
    if ticket is None:
        prefetch_related_objects([session], "tickets")
    kinds = [ticket] if ticket else session.tickets.all()
    return {kind.pk: _code_of(session, kind, person, mine) for kind in kinds}


def _code_of(session, kind, person, mine):
    if (kind or session).price_minor and not payments.is_set_up():
        return "payments_not_set_up"
    if mine.seat:
        return mine.seat
    waits = mine.is_waiting and mine.waits_for == (kind and kind.pk)
    if waits and mine.is_offered:
        return "offered"
    is_closed = bool(kind and not kind.is_open)
    is_full = session.seats_left <= 0 or bool(kind and not kind.has_room)
    if waits and (is_full or is_closed):
        return "waiting"
    if is_closed:
        return "closed"
    if not person.is_authenticated:
        return "full" if is_full else "sign_in"
    if not mine.is_verified:
        return "email_not_verified"
    return "full" if is_full else "open"
