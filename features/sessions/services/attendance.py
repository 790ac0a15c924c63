"""Who was there: from the personal link or from the host's check-in. Being there is evidence for its skills."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from features.sessions.models import Attendance, Registration
from features.skills import services as skills

ROOM_OPENS = timedelta(minutes=15)
CHECK_IN_OPENS = timedelta(hours=1)
CORRECTIONS_END = timedelta(hours=48)
ATTENDED_STRENGTH = 0.15


class AttendanceRefused(Exception):
    def __init__(self, code, words):
        super().__init__(code)
        self.code = code
        self.words = words


def room_is_open(session, now) -> bool:
    return session.starts_at - ROOM_OPENS <= now < session.ends_at + ROOM_OPENS


def check_in_is_open(session, now) -> bool:
    return session.starts_at - CHECK_IN_OPENS <= now < session.ends_at + CORRECTIONS_END


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
    return _attended(registration, Attendance.Source.JOIN_LINK, None, now)


@transaction.atomic
def check_in(*, registration, by, now=None) -> Attendance:
    """The host saw the person. Raises AttendanceRefused outside the time for it."""
    now = now or timezone.now()
    _may_correct(registration, now)
    return _attended(registration, Attendance.Source.CHECK_IN, by, now)


@transaction.atomic
def undo_check_in(*, registration, by, now=None) -> None:
    """A slip of the thumb: the attendance and what it was evidence for go away."""
    now = now or timezone.now()
    _may_correct(registration, now)
    Attendance.objects.filter(registration=registration).delete()
    skills.revoke_evidence(_source(registration))


def _may_correct(registration, now):
    if registration.cancelled_at or not registration.confirmed_at:
        raise AttendanceRefused("no_seat", _("This person has no seat any more."))
    if not check_in_is_open(registration.session, now):
        raise AttendanceRefused(
            "check_in_closed", _("Check-in is open from an hour before the start until two days after the end.")
        )


def _attended(registration, source, by, now):
    attendance, is_new = Attendance.objects.get_or_create(
        registration=registration, defaults={"source": source, "happened_at": now, "recorded_by": by}
    )
    if is_new:
        for skill in registration.session.skills.all():
            skills.record_evidence(
                person=registration.person,
                skill=skill,
                kind="session_attended",
                strength=ATTENDED_STRENGTH,
                happened_at=registration.session.starts_at,
                source=_source(registration),
            )
    return attendance


def _source(registration):
    return f"registration:{registration.pk}"


def seats_of(session):
    """The confirmed seats in the order people read a list of names."""
    seats = Registration.objects.confirmed().filter(session=session)
    return seats.select_related("person", "attendance").order_by("person__name", "pk")
