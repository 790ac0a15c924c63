"""One answer to "can I join?", the same for the page, the API and the letters."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from features.payments import services as payments
from features.sessions.models import Registration, WaitlistOffer

# From here on a freed seat is nobody's in particular: whoever waits is told at once, first come.
CUTOFF = timedelta(hours=2)


@dataclass(frozen=True)
class Verdict:
    """`code` is stable and shared with the API; `step` names the one next step the page offers."""

    code: str
    step: str
    words: str

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
        Verdict("waiting", "wait", _("You are on the waitlist.")),
        Verdict("full", "join_waitlist", _("All seats are taken. You can join the waitlist.")),
        Verdict("sign_in", "sign_in", _("Say who you are, and the seat is yours.")),
        Verdict("email_not_verified", "verify_email", _("Confirm your e-mail address first.")),
        Verdict("host", "roster", _("You host this session.")),
        Verdict("draft", "publish", _("This session is not published yet.")),
        Verdict("cancelled", "browse", _("This session was cancelled.")),
        Verdict("started", "browse", _("This session has started. Registration is closed.")),
        Verdict("ended", "browse", _("This session is over.")),
        Verdict(
            "payments_not_set_up",
            "browse",
            _("This session has a price, and payments are not set up on this site yet. Nothing can be booked or charged."),
        ),
    )
}


def can_join(session, person, now) -> Verdict:
    """The first thing that decides, in the order a person would ask."""
    return VERDICTS[_code(session, person, now)]


def _code(session, person, now):
    if session.is_cancelled:
        return "cancelled"
    if not session.is_published:
        return "draft"
    mine = _standing(session, person, now) if person.is_authenticated else None
    if mine == "registered":
        return mine  # also afterwards: their page stays theirs
    if session.has_ended(now):
        return "ended"
    if session.has_started(now):
        return "started"
    if person.is_authenticated and session.host_id == person.pk:
        return "host"
    if session.price_minor and not payments.is_set_up():
        return "payments_not_set_up"
    if mine:
        return mine
    if not person.is_authenticated:
        return "sign_in" if session.seats_left > 0 else "full"
    if not person.emailaddress_set.filter(verified=True).exists():
        return "email_not_verified"
    return "open" if session.seats_left > 0 else "full"


def _standing(session, person, now):
    registration = Registration.objects.active().filter(session=session, person=person).first()
    if registration:
        return "registered" if registration.confirmed_at else "held"
    if WaitlistOffer.objects.filter(
        entry__session=session, entry__person=person, closed_at=None, expires_at__gt=now
    ).exists():
        return "offered"
    if session.seats_left <= 0 and session.waitlist.filter(person=person, left_at=None).exists():
        return "waiting"
    return None
