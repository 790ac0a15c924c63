"""What becomes of a meeting: who was there, what is told on the record, and what can be put right."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.jobs import each
from features.accounts.access import Ability
from features.accounts.models import User
from features.mentoring.models import GRACE, Booking
from features.mentoring.services.bookings import KIND, lock_booking, tell
from features.mentoring.services.refusals import MentoringRefused
from features.moderation import services as moderation
from features.moderation.models import Incident
from features.notifications.services import notify


def record_join(*, booking: Booking, person: User, now: datetime | None = None) -> None:
    """Somebody is there. Raises MentoringRefused."""
    now = now or timezone.now()
    if booking.cancelled_at or booking.confirmed_at is None:
        raise MentoringRefused("not_booked", _("This meeting does not take place."))
    if not booking.room_is_open(now):
        raise MentoringRefused("not_open", _("The room opens 15 minutes before the start."))
    side = "mentor_came_at" if person.pk == booking.mentor_id else "mentee_came_at"
    Booking.objects.filter(pk=booking.pk, **{side: None}).update(**{side: now})


SETTLED_AFTER = timedelta(minutes=30)
OBJECTED_WITHIN = timedelta(days=2)


def settle_meetings(*, now: datetime) -> int:
    """Half an hour after the end: who pressed was there, and who did not come is written down."""
    over = Booking.objects.confirmed().filter(settled_at=None, ends_at__lte=now - SETTLED_AFTER)
    return each(over.select_related("mentor", "mentee"), lambda booking: _settle(booking, now))


@transaction.atomic
def _settle(booking: Booking, now: datetime) -> bool:
    outcome = {
        (True, True): Booking.Outcome.MET,
        (True, False): Booking.Outcome.MENTEE_ABSENT,
        (False, True): Booking.Outcome.MENTOR_ABSENT,
        (False, False): Booking.Outcome.NOBODY,
    }[_in_time(booking)]
    changed = Booking.objects.confirmed().filter(pk=booking.pk, settled_at=None)
    if not changed.update(outcome=outcome, settled_at=now):
        return False
    _note_absence(booking, outcome, now)
    if outcome == Booking.Outcome.MENTOR_ABSENT:
        notify(booking.mentee, "mentor_missed", booking.pk, booking.get_absolute_url())
    return True


def _in_time(booking) -> tuple[bool, bool]:
    """(mentor, mentee). Who comes after ten minutes did not come, unless the other one was as late; who comes alone in
    the last ten has not waited for anybody."""
    came = (booking.mentor_came_at, booking.mentee_came_at)
    in_time = [at is not None and at <= booking.starts_at + GRACE for at in came]
    if not any(in_time):
        in_time = [at is not None and (all(came) or at <= booking.ends_at - GRACE) for at in came]
    return in_time[0], in_time[1]


def _note_absence(booking, outcome, now) -> None:
    absent = {
        Booking.Outcome.MENTEE_ABSENT: (booking.mentee, Ability.REGISTER),
        Booking.Outcome.MENTOR_ABSENT: (booking.mentor, Ability.MENTOR),
    }
    if outcome in absent:
        person, ability = absent[outcome]
        moderation.note_incident(
            person=person,
            kind=Incident.Kind.NO_SHOW,
            source=f"{KIND}:{booking.pk}",
            happened_at=booking.starts_at,
            ability=ability,
            other=booking.other(person),
            now=now,
        )


@transaction.atomic
def write_agenda(*, booking: Booking, text: str, seen: str = "", now: datetime | None = None) -> None:
    """What the two want to talk about: either writes it, until the meeting is over, and not over what the other has
    written since (`seen` is the `agenda_version` they began with). Raises MentoringRefused."""
    text = text.replace("\x00", "").strip()[:2000]
    rows = Booking.objects.confirmed().filter(pk=booking.pk, ends_at__gt=now or timezone.now())
    found = rows.select_for_update().first()
    if found is None:
        raise MentoringRefused("over", _("This meeting is over, or does not take place. Its agenda stays as it was."))
    if seen and seen != found.agenda_version and text != found.agenda:
        words = _("It was written since you opened this page. What you typed stands here: keep it to put it in place.")
        raise MentoringRefused("changed", words)
    rows.update(agenda=text)


@transaction.atomic
def say_we_met(*, booking: Booking, by: User, now: datetime | None = None) -> bool:
    """Somebody who waited in vain would not say so: for two days whoever was there may put right that only they had
    pressed the button, and the other is absent no more. Of a mentor who was not seen the mentee's word is enough, as it
    is their money; that a mentee came who was not seen, or that both did, takes both, who each have two days from the
    other's word, and is False until then: silence is no meeting, as meetings are what mentors are known by. Nobody says
    it of themselves first, against the other."""
    now = now or timezone.now()
    booking = lock_booking(booking)
    if refused := why_not_say_we_met(booking, by, now):
        raise refused
    side = "mentor_says_met_at" if by.pk == booking.mentor_id else "mentee_says_met_at"
    Booking.objects.filter(pk=booking.pk).update(**{side: now})
    if booking.outcome == Booking.Outcome.MENTEE_ABSENT:
        moderation.withdraw_incident(source=f"{KIND}:{booking.pk}", now=now)
    if booking.outcome in Booking.TAKES_BOTH and not booking.says_met_at(booking.other(by)):
        notify(booking.other(by), "met_said", booking.pk, booking.get_absolute_url(), key=f"met_said:{booking.pk}")
        return False
    Booking.objects.filter(pk=booking.pk).update(outcome=Booking.Outcome.MET)
    moderation.withdraw_incident(source=f"{KIND}:{booking.pk}", now=now)
    return True


def why_not_say_we_met(booking: Booking, by: User, now: datetime) -> MentoringRefused | None:
    other = booking.other(by)
    until = max(booking.ends_at, booking.says_met_at(other) or booking.ends_at) + OBJECTED_WITHIN
    if booking.settled_at is None or booking.outcome == Booking.Outcome.MET or now > until:
        return MentoringRefused("too_late", _("This can be put right for two days after the meeting."))
    missed: dict[str, int] = {
        Booking.Outcome.MENTEE_ABSENT: booking.mentor_id,
        Booking.Outcome.MENTOR_ABSENT: booking.mentee_id,
    }
    if missed.get(booking.outcome, by.pk) != by.pk and not booking.says_met_at(other):
        return MentoringRefused("not_yours", _("Only the other one can say that you were there."))
    if booking.says_met_at(by):
        return MentoringRefused("said", _("You have said so. It counts once the other one says so, too."))
    return None


def remind(*, now: datetime) -> int:
    """A day and an hour before, to both."""
    told = 0
    for hours in (24, 1):
        before = timedelta(hours=hours)
        due = Booking.objects.confirmed().filter(
            starts_at__lte=now + before, starts_at__gt=now + before - min(before / 2, timedelta(hours=3))
        )
        for booking in due.select_related("mentor", "mentee"):
            if booking.booked_at <= booking.starts_at - before:
                tell(booking, "booking_reminder", f":{booking.starts_at.isoformat()}:{hours}")
                told += 1
    return told
