"""Who was there: from the personal link or from the host's check-in; and who, after a while, was not.

Some time after the end attendance is settled: who was not seen did not come, and being there becomes evidence for the
session's skills, as does having held it. Where nobody was seen at all, or the host did not come, the session did not
take place as far as we know: then nobody is missing and nobody taught. Up to two days after the end the host corrects
in both directions, which leaves an audit row, and the evidence follows.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.jobs import each
from features.accounts.services import audit
from features.sessions import causes, promises
from features.sessions.models import Attendance, Registration, Review, SkillSession
from features.sessions.services.waitlist import lock

ROOM_OPENS = timedelta(minutes=15)
CHECK_IN_OPENS = timedelta(hours=1)
GRACE = timedelta(hours=2)  # for a host who ticks the list off when everybody has gone
CORRECTIONS_END = timedelta(hours=48)

PRESENT, ABSENT = Attendance.State.PRESENT, Attendance.State.ABSENT
Source = Attendance.Source


class AttendanceRefused(Exception):
    def __init__(self, code, words):
        super().__init__(code)
        self.code = code
        self.words = words


def room_is_open(session, now) -> bool:
    return session.starts_at - ROOM_OPENS <= now < session.ends_at + ROOM_OPENS


def check_in_is_open(session, now) -> bool:
    return session.starts_at - CHECK_IN_OPENS <= now < corrections_end(session)


def corrections_end(session):
    return session.ends_at + CORRECTIONS_END


@transaction.atomic
def record_join(*, registration, now=None) -> Attendance:
    """The person opened the room by their own link. Raises AttendanceRefused before the room opens and after."""
    now = now or timezone.now()
    session = registration.session
    if session.is_cancelled or registration.cancelled_at or not registration.confirmed_at:
        raise AttendanceRefused(
            "no_seat", _("This link belongs to a seat that was given back or a session that was cancelled.")
        )
    if not room_is_open(session, now):
        raise AttendanceRefused("room_closed", _("The room is not open now."))
    attendance, _is_new = Attendance.objects.get_or_create(
        registration=registration, defaults={"source": Source.JOIN_LINK, "happened_at": now}
    )
    return attendance


@transaction.atomic
def check_in(*, registration, by, now=None) -> Attendance:
    """The host saw the person, or says afterwards that they were there. Raises AttendanceRefused outside the time."""
    now = now or timezone.now()
    session = lock(registration.session_id)
    _may_correct(registration, session, now)
    known = Attendance.objects.filter(registration=registration).first()
    if known and known.state == PRESENT:
        return known
    source = Source.CORRECTION if session.attendance_settled_at else Source.CHECK_IN
    return _mark(registration, session, PRESENT, source, by, now)


@transaction.atomic
def undo_check_in(*, registration, by, now=None) -> None:
    """They are not here after all: a slip of the thumb, or once attendance is settled a correction."""
    now = now or timezone.now()
    session = lock(registration.session_id)
    _may_correct(registration, session, now)
    known = Attendance.objects.filter(registration=registration, state=PRESENT)
    if not known.exists():
        return
    if Review.objects.filter(registration=registration).exists():
        raise AttendanceRefused("reviewed", _("They have reviewed the session, so this can no longer be changed."))
    if session.attendance_settled_at:
        _mark(registration, session, ABSENT, Source.CORRECTION, by, now)
    else:
        known.delete()


def settle_due(*, now=None) -> int:
    """Settle every session that ended long enough ago. Each in a transaction of its own; twice is once."""
    now = now or timezone.now()
    due = SkillSession.objects.published().filter(
        cancelled_at=None, attendance_settled_at=None, ends_at__lte=now - GRACE
    )
    return each(due.only("pk"), lambda session: settle_attendance(session=session, now=now))


@transaction.atomic
def settle_attendance(*, session, now=None) -> bool:
    """From now on who was not seen did not come, and what happened is evidence. Of a session that was cancelled or
    removed all evidence is withdrawn."""
    now = now or timezone.now()
    session = lock(session.pk)
    if not session.is_published or not session.has_ended(now - GRACE):
        return False
    session.attendance_settled_at = session.attendance_settled_at or now
    session.save(update_fields=["attendance_settled_at"])
    draw_conclusions(session)
    return True


def _may_correct(registration, session, now):
    if registration.cancelled_at or not registration.confirmed_at or session.is_cancelled:
        raise AttendanceRefused("no_seat", _("This person has no seat any more."))
    if not check_in_is_open(session, now):
        raise AttendanceRefused(
            "check_in_closed", _("Check-in is open from an hour before the start until two days after the end.")
        )


def _mark(registration, session, state, source, by, now):
    attendance, _is_new = Attendance.objects.update_or_create(
        registration=registration,
        defaults={"state": state, "source": source, "happened_at": now, "recorded_by": by},
    )
    if session.attendance_settled_at:
        audit(by, "attendance.corrected", f"registration:{registration.pk}", [state])
        draw_conclusions(session)
    return attendance


def draw_conclusions(session):
    """Everything that follows from who was there, always drawn anew: so a correction undoes what it corrects."""
    seats = Registration.objects.confirmed().filter(session=session)
    present = list(seats.present().select_related("person"))
    if session.is_cancelled or session.removed_at or session.host_did_not_come:
        present = []
    if present:
        missing = [
            Attendance(registration=seat, state=ABSENT, source=Source.NOT_SEEN, happened_at=session.ends_at)
            for seat in seats.filter(attendance=None)
        ]
        Attendance.objects.bulk_create(missing, ignore_conflicts=True)
    else:
        Attendance.objects.filter(registration__session=session, source=Source.NOT_SEEN).delete()
    causes.tell(session, present)
    promises.tell(session, present)


def seats_of(session):
    """The confirmed seats in the order people read a list of names."""
    seats = Registration.objects.confirmed().filter(session=session)
    return seats.select_related("person", "attendance", "ticket").order_by("person__name", "pk")
