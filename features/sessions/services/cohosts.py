"""A host asks others to hold a session together: who is asked says yes or no, and may leave; the host may end it.

A co-host sees the roster, checks people in, writes to those who registered and changes the wording. Price, refunds,
calling off and who else holds it stay with the host, to whom the money goes.
"""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.db import atomic_retry
from core.jobs import enqueue
from core.limits import hit
from features.accounts import access
from features.accounts.models import User
from features.accounts.services import audit, find_person
from features.calendar import services as calendar
from features.discovery import services as discovery
from features.moderation.services import hold_pair, kept_apart_from
from features.notifications.services import notify
from features.sessions.joining import VERDICTS
from features.sessions.models import CoHost, KeptForm, Registration, SkillSession
from features.sessions.services.hosting import HostingRefused, claim_time
from features.sessions.services.waitlist import close_entry, hand_on, lock

MOST = 5
Ending = CoHost.Ending


# --- Asking -----------------------------------------------------------------------------------------------------------
def invite_cohost(*, session: SkillSession, by: User, handle: str, now: datetime | None = None) -> CoHost:
    """Ask whoever has this handle. Twice is once. Raises HostingRefused."""
    person = find_person(handle.strip().removeprefix("@").lower())
    if person is None or not User.objects.confirmed().filter(pk=person.pk).exists():
        words = _("Nobody here has that name. It stands in the address of their page.")
        raise HostingRefused("nobody", words, "handle")
    if person.pk == session.host_id:
        raise HostingRefused("own", _("You host it already."), "handle")
    return _invite(session, by, person, now or timezone.now())


@atomic_retry
def _invite(session, by, person, now):
    hold_pair(session.host_id, person.pk)
    session = lock(session.pk)
    _must_own(session, by)
    _must_be_to_come(session, now)
    if known := CoHost.objects.open().filter(session=session, person=person).first():
        return known
    if bar := access.bar(by, access.Ability.HOST):
        raise HostingRefused("barred", bar.words)
    if CoHost.objects.filter(session=session, person=person, ending__in=(Ending.DECLINED, Ending.LEFT)).exists():
        raise HostingRefused("said_no", _("They said no, and are not asked again."), "handle")
    _must_fit(session, person)
    hit("cohost_invite", by.pk)
    made = CoHost.objects.create(session=session, person=person, invited_at=now)
    notify(person, "cohost_invited", made.pk, reverse("cohosting", args=[session.pk, session.slug]))
    return made


def _must_fit(session, person):
    if _is_apart(session, person):
        raise HostingRefused("not_them", _("This person cannot be asked. Ask somebody else."), "handle")
    if CoHost.objects.open().filter(session=session).count() >= MOST:
        raise HostingRefused("too_many", _("There are %(n)d already. Take one off first.") % {"n": MOST}, "handle")


def _must_own(session, by):
    if session.host_id != by.pk:
        raise HostingRefused("owner_only", _("Who else holds it is for the host to say."))


def _must_be_to_come(session, now):
    if session.is_cancelled or session.removed_at or session.has_ended(now):
        raise HostingRefused("over", _("This session is over or was called off."))


def _is_apart(session, person) -> bool:
    return not kept_apart_from(person).isdisjoint({session.host_id, *(row.person_id for row in session.held_with)})


# --- Answering --------------------------------------------------------------------------------------------------------
@atomic_retry
def accept_cohosting(*, session: SkillSession, by: User, now: datetime | None = None) -> CoHost:
    """Say yes: from now on the session is theirs to hold too. Twice is once. Raises HostingRefused."""
    now = now or timezone.now()
    hold_pair(session.host_id, by.pk)
    session = lock(session.pk)
    row = CoHost.objects.open().filter(session=session, person=by).first()
    if row and row.accepted_at:
        return row
    if row is None or _is_apart(session, by):
        raise HostingRefused("withdrawn", _("You are not asked any more."))
    _must_be_to_come(session, now)
    if not session.host.is_active:
        raise HostingRefused("host_away", VERDICTS["host_away"].words)
    if bar := access.bar(by, access.Ability.HOST):
        raise HostingRefused("barred", bar.words)
    if Registration.objects.active().filter(session=session, person=by).exists():
        raise HostingRefused("has_seat", _("You have a seat in it. Give that back first: whoever holds it needs none."))
    if session.is_published:
        claim_time(session, by)
    row.accepted_at = now
    row.save(update_fields=["accepted_at"])
    close_entry(session, by, now)
    KeptForm.objects.filter(person=by, key=str(session.pk)).delete()
    audit(by, "cohost.accepted", f"session:{session.pk}")
    notify(session.host, "cohost_accepted", row.pk, _page(session))
    if session.is_published:
        hand_on(session, now)
        discovery.republish("session", [str(session.pk)])
        enqueue("features.sessions.tasks.tell_followers", session.pk, key=f"followers:{session.pk}:{row.pk}")
    return row


def decline_cohosting(*, session: SkillSession, by: User, now: datetime | None = None) -> None:
    """Say no; or leave, having said yes. Twice is once. Raises HostingRefused once the session is over."""
    _end(session, by, None, now or timezone.now())


def remove_cohost(*, session: SkillSession, by: User, person: User, now: datetime | None = None) -> None:
    """The host takes somebody off, or back what they asked. Twice is once. Raises HostingRefused."""
    _must_own(session, by)
    _end(session, person, Ending.REMOVED, now or timezone.now())


@atomic_retry
def ask_again(*, row: CoHost, by: User, now: datetime | None = None) -> None:
    """A question was taken back by a slip, before it was answered: nobody heard of that. Raises HostingRefused."""
    hold_pair(row.session.host_id, row.person_id)
    session = lock(row.session_id)
    _must_own(session, by)
    _must_be_to_come(session, now or timezone.now())
    _must_fit(session, row.person)
    taken_back = CoHost.objects.filter(pk=row.pk, ending=Ending.REMOVED, accepted_at=None)
    if not CoHost.objects.open().filter(session=session, person=row.person).exists():
        taken_back.update(ended_at=None, ending="")


@atomic_retry
def _end(session, person, ending, now):
    session = lock(session.pk)
    row = CoHost.objects.open().filter(session=session, person=person).first()
    if row is None:
        return
    if row.accepted_at and session.is_published and session.has_ended(now):
        raise HostingRefused("over", _("The session is over: who held it stays on record."))
    end_cohosting(row, session, ending or (Ending.LEFT if row.accepted_at else Ending.DECLINED), now)


def end_cohosting(row: CoHost, session: SkillSession, ending: str, now: datetime) -> None:
    """For a locked session; tells the other side, but nobody of an invitation that was taken back."""
    row.ended_at, row.ending = now, ending
    row.save(update_fields=["ended_at", "ending"])
    if row.accepted_at:
        calendar.release("session", str(session.pk), row.person)
        KeptForm.objects.filter(person=row.person, key=str(session.pk)).delete()
        discovery.republish("session", [str(session.pk)])
        by = session.host if ending == Ending.REMOVED else row.person
        audit(by, f"cohost.{ending}", f"session:{session.pk}", [f"person:{row.person_id}"])
    if ending != Ending.REMOVED:
        notify(session.host, f"cohost_{ending}", row.pk, _page(session))
    elif row.accepted_at:
        notify(row.person, "cohost_removed", row.pk, session.get_absolute_url())


def _page(session) -> str:
    return reverse("session_cohosts", args=[session.pk, session.slug])


# --- What ends it from elsewhere --------------------------------------------------------------------------------------
@transaction.atomic
def leave_all(person: User, now: datetime) -> None:
    """Whoever closes their account holds nothing that is to come."""
    for row in CoHost.objects.open().filter(person=person).order_by("session"):
        session = lock(row.session_id)
        if not session.has_ended(now):
            end_cohosting(row, session, Ending.LEFT if row.accepted_at else Ending.DECLINED, now)


def part(one: User, other: User, by: User, now: datetime) -> None:
    """Two who are kept apart hold nothing together that is not over."""
    pair = (one, other)
    for row in CoHost.objects.open().filter(session__host__in=pair, person__in=pair).order_by("session"):
        session = lock(row.session_id)
        if not session.has_ended(now):
            left = row.accepted_at and by.pk == row.person_id
            end_cohosting(row, session, Ending.LEFT if left else Ending.REMOVED, now)
