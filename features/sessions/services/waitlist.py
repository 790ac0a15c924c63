"""The line for a full session: order by time joined, never for sale. Where there are kinds of ticket, each has a line.

Before the cutoff a freed seat is kept for the next in line for a while and counts as taken meanwhile. After it, the
seat is open and everybody who waits is told at once.
"""

from collections import defaultdict
from datetime import timedelta
from itertools import chain

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from core.db import StartOver, atomic_retry
from core.jobs import each
from core.limits import hit
from features.notifications.services import already_told, notify
from features.sessions.joining import CUTOFF, VERDICTS, can_join
from features.sessions.models import SkillSession, TicketKind, WaitlistEntry, WaitlistOffer

LONGEST_OFFER = timedelta(hours=12)
SHORTEST_OFFER = timedelta(minutes=30)
SLOT = 600  # seconds
# Why an entry was closed, where others ask for it.
CALLED_OFF = "session_cancelled"


def offer_length(now, starts_at) -> timedelta:
    """How long a freed seat is kept for one person: a quarter of what is left before the cutoff, 30 min to 12 h."""
    left = starts_at - CUTOFF - now
    return min(max(min(left / 4, LONGEST_OFFER), SHORTEST_OFFER), left)


def lock(session_id) -> SkillSession:
    """The session's row, ours until the transaction ends. Foreign keys to it may still be written by others."""
    return SkillSession.objects.select_for_update(no_key=True, of=("self",)).get(pk=session_id)


def waiting(session):
    """Those in line who have no open offer, first come first."""
    offered = WaitlistOffer.objects.filter(entry=OuterRef("pk"), closed_at=None)
    entries = WaitlistEntry.objects.in_line().filter(session=session)
    entries = entries.exclude(Exists(offered))
    return entries.order_by("joined_at", "id")


def next_in_line(session) -> list[WaitlistEntry]:
    """For whom there is a seat now, in order: of several kinds of ticket whoever waits longest, if theirs has room."""
    if not session.has_kinds:
        return list(waiting(session)[: session.seats_left])
    found = []
    for ticket in sold_with_room(session):
        found += waiting(session).filter(ticket=ticket)[: ticket.places_left(session)]
    return sorted(found, key=lambda entry: (entry.joined_at, entry.pk))[: session.seats_left]


def sold_with_room(session):
    return TicketKind.objects.filter(session=session, closed_at=None).with_room()


def in_line(entry):
    """All that wait in the line of this entry; whose account is suspended is passed over, and not counted."""
    return WaitlistEntry.objects.in_line().filter(session_id=entry.session_id, ticket=entry.ticket_id)


def position(entry) -> int:
    """1 for the first in line."""
    ahead = in_line(entry)
    return ahead.filter(joined_at__lt=entry.joined_at).count() + (
        ahead.filter(joined_at=entry.joined_at, id__lte=entry.pk).count()
    )


def places_in_line(entries, now) -> dict[int, str]:
    """{session id: word}: where somebody stands in each of the lines that they wait in."""
    lines = defaultdict(list)
    waits = WaitlistEntry.objects.filter(
        session__in=[entry.session_id for entry in entries], left_at=None, person__is_active=True
    )
    for session, ticket, pk in waits.order_by("joined_at", "id").values_list("session_id", "ticket_id", "pk"):
        lines[session, ticket].append(pk)
    offers = WaitlistOffer.objects.filter(entry__in=entries, closed_at=None, expires_at__gt=now)
    kept = set(offers.values_list("entry_id", flat=True))
    found = {}
    for entry in entries:
        line = lines[entry.session_id, entry.ticket_id]
        if entry.pk in kept:
            found[entry.session_id] = _("A seat is kept for you")
        elif entry.pk in line:
            found[entry.session_id] = _("%(n)d of %(all)d in line") % {
                "n": line.index(entry.pk) + 1, "all": len(line),
            }  # fmt: skip
    return found


def move_lines(sessions, now=None) -> None:
    """Give what is free in these sessions to whoever is next, as after a time in which nothing was given."""
    now = now or timezone.now()
    for session in sessions.filter(starts_at__gt=now).order_by("pk").only("pk"):
        with transaction.atomic():
            hand_on(lock(session.pk), now)


def hand_on(session, now) -> None:
    """Give every free seat of a locked session to whoever is next. Call it whenever a seat came free."""
    if session.is_cancelled or session.removed_at or session.starts_at <= now or session.seats_left <= 0:
        return
    if not session.host.is_active:  # nobody is offered what may not take place
        return
    if session.starts_at - CUTOFF <= now:
        _tell_all(session, now)
        return
    for entry in next_in_line(session):
        offer = WaitlistOffer.objects.create(
            entry=entry, offered_at=now, expires_at=now + offer_length(now, session.starts_at)
        )
        session.seats_taken += 1
        TicketKind.objects.take_place(entry.ticket_id)
        notify(entry.person, "seat_offered", offer.pk, session.get_absolute_url())
    session.save(update_fields=["seats_taken"])


def _tell_all(session, now):
    line = waiting(session)
    if session.has_kinds:
        line = line.filter(ticket__in=sold_with_room(session))
    keys = {entry: _keys(entry, now) for entry in line.select_related("person")}
    told = already_told(chain.from_iterable(keys.values()))
    for entry, own in keys.items():
        if told.isdisjoint(own):
            notify(entry.person, "seat_open", entry.pk, session.get_absolute_url(), key=own[0])


def _keys(entry, now) -> list[str]:
    """Of what is told at `now`, and of the hour before: once in it is enough, however many seats come and go."""
    slot = int(now.timestamp()) // SLOT
    return [f"seat_open:{entry.pk}:{slot - n}" for n in range(3600 // SLOT + 1)]


@atomic_retry
def join_waitlist(*, session, person, note="", ticket=None, now=None) -> WaitlistEntry:
    """Take a place in line, of that kind of ticket. Twice is once. Raises RegistrationRefused when there is a better
    way in, or none."""
    from features.sessions.services.seats import RegistrationRefused

    now = now or timezone.now()
    session = lock(session.pk)
    ticket = TicketKind.objects.get(pk=ticket.pk) if ticket else None
    verdict = can_join(session, person, now, ticket)
    if entry := session.waitlist.filter(person=person, left_at=None).first():
        if ticket and entry.ticket_id != ticket.pk:
            raise RegistrationRefused(VERDICTS["waits_for_another"])
        if verdict.code == "waiting":
            return entry
    if verdict.code == "full" and session.has_kinds and not ticket:
        raise RegistrationRefused(VERDICTS["choose_ticket"])
    if verdict.code != "full":
        raise RegistrationRefused(verdict)
    try:
        with transaction.atomic():
            entry = WaitlistEntry.objects.create(
                session=session, person=person, ticket=ticket, note=note, joined_at=now
            )
    except IntegrityError as error:  # an entry left over from before the cutoff, when seats were open
        entry = session.waitlist.filter(person=person, left_at=None).first()
        if entry is None:  # made at the same moment by a second tap: a strict snapshot does not show it
            raise StartOver from error
        return entry
    hit("registration", person.pk)
    notify(person, "waitlist_joined", entry.pk, session.get_absolute_url())
    return entry


@atomic_retry
def leave_waitlist(*, entry, now=None) -> None:
    """Leave the line; a seat kept for this person moves on at once. Leaving twice is leaving once."""
    now = now or timezone.now()
    session = lock(entry.session_id)
    _close(session, entry, WaitlistOffer.Outcome.DECLINED, "left", now)
    hand_on(session, now)


@atomic_retry
def decline_offer(*, entry, now=None) -> None:
    """Say no to the seat on offer: it moves to the next in line at once, and this person leaves the line."""
    now = now or timezone.now()
    session = lock(entry.session_id)
    _close(session, entry, WaitlistOffer.Outcome.DECLINED, "declined", now)
    hand_on(session, now)


def take_offer(session, person, now, ticket=None) -> bool:
    """Turn the seat kept for `person` into theirs; the counts stay as they are. For a locked session."""
    entry = session.waitlist.filter(person=person, ticket=ticket, left_at=None).first()
    if not entry:
        return False
    offers = WaitlistOffer.objects.filter(entry=entry, closed_at=None, expires_at__gt=now)
    took = offers.update(closed_at=now, outcome=WaitlistOffer.Outcome.CLAIMED)
    if took:
        WaitlistEntry.objects.filter(pk=entry.pk).update(left_at=now, closed_reason="registered")
    return bool(took)


def close_entry(session, person, now) -> None:
    """Somebody who waited got in another way."""
    entry = session.waitlist.filter(person=person, left_at=None).first()
    if entry:
        _close(session, entry, WaitlistOffer.Outcome.REVOKED, "registered", now)


def pass_on_offers(people, now=None) -> None:
    """Seats that are kept for people whose account is suspended go to the next in line; their places stay theirs."""
    now = now or timezone.now()
    offers = WaitlistOffer.objects.filter(entry__person__in=people, entry__person__is_active=False, closed_at=None)
    for offer in offers.select_related("entry").order_by("entry__session_id"):
        with transaction.atomic():
            session = lock(offer.entry.session_id)
            _withdraw(session, offer.entry, WaitlistOffer.Outcome.REVOKED, now)
            hand_on(session, now)


def close_line(session, now) -> None:
    """Nobody waits for what does not take place. For a locked session."""
    for offer in WaitlistOffer.objects.filter(entry__session=session, closed_at=None).select_related("entry"):
        _withdraw(session, offer.entry, WaitlistOffer.Outcome.REVOKED, now)
    session.waitlist.filter(left_at=None).update(left_at=now, closed_reason=CALLED_OFF)


def shorten_offers(session, now) -> None:
    """The start has moved: no offer ends later than one that is made now. From the cutoff on none is kept, and who had
    one is told with all who wait. For a locked session."""
    left = offer_length(now, session.starts_at)
    offers = WaitlistOffer.objects.filter(entry__session=session, closed_at=None, expires_at__gt=now + left)
    for offer in offers.select_related("entry__person"):
        if left <= timedelta(0):
            _withdraw(session, offer.entry, WaitlistOffer.Outcome.REVOKED, now)
            continue
        offer.expires_at = now + left
        offer.save(update_fields=["expires_at"])
        key = f"seat_offered:{offer.pk}:{session.ical_sequence}"
        notify(offer.entry.person, "seat_offered", offer.pk, session.get_absolute_url(), key=key)


def _close(session, entry, outcome, reason, now):
    WaitlistEntry.objects.filter(pk=entry.pk, left_at=None).update(left_at=now, closed_reason=reason)
    _withdraw(session, entry, outcome, now)


def _withdraw(session, entry, outcome, now):
    closed = WaitlistOffer.objects.filter(entry=entry, closed_at=None).update(closed_at=now, outcome=outcome)
    if closed:
        session.seats_taken -= closed
        session.save(update_fields=["seats_taken"])
        TicketKind.objects.give_place_back(entry.ticket_id, closed)


def expire_offers(*, now=None) -> int:
    """Take back every offer whose time is over and pass its seat on. One session a transaction; safe to repeat."""
    now = now or timezone.now()
    overdue = WaitlistOffer.objects.filter(closed_at=None, expires_at__lte=now)
    sessions = list(overdue.values_list("entry__session_id", flat=True).distinct())
    return each(sessions, lambda session_id: _expire_in(session_id, now))


@atomic_retry
def _expire_in(session_id, now):
    session = lock(session_id)
    overdue = WaitlistOffer.objects.filter(entry__session=session, closed_at=None, expires_at__lte=now)
    offers = list(overdue.select_related("entry__person"))
    for offer in offers:
        _close(session, offer.entry, WaitlistOffer.Outcome.EXPIRED, "expired", now)
        if session.starts_at > now and not session.is_cancelled:
            notify(offer.entry.person, "offer_expired", offer.pk, session.get_absolute_url())
    hand_on(session, now)
    return len(offers)


def tell_everybody(*, now=None) -> int:
    """At the cutoff, tell all who still wait that seats are open. Safe to repeat: nobody is told twice in an hour."""
    now = now or timezone.now()
    entries = WaitlistEntry.objects.filter(
        left_at=None,
        session__starts_at__gt=now,
        session__starts_at__lte=now + CUTOFF,
        session__cancelled_at=None,
    )
    sessions = list(entries.values_list("session_id", flat=True).distinct())
    return each(sessions, lambda session_id: _hand_on_in(session_id, now))


@transaction.atomic
def _hand_on_in(session_id, now) -> bool:
    hand_on(lock(session_id), now)
    return True
