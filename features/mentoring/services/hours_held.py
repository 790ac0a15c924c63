"""An hour that several share takes place, or does not: who comes, who says that they stay away, what is told on the
record, and what can be put right. As in meetings of two, nobody is absent where nobody waited."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.jobs import each
from features.accounts.access import Ability
from features.accounts.models import User
from features.calendar import services as calendar
from features.mentoring.models import GRACE, OfficeHour, OfficeSeat
from features.mentoring.services.hours import HOUR, SEAT, end_seat
from features.mentoring.services.meetings import OBJECTED_WITHIN, SETTLED_AFTER
from features.mentoring.services.refusals import MentoringRefused
from features.moderation import services as moderation
from features.moderation.models import Incident
from features.notifications.services import notify
from features.payments import services as payments

Outcome = OfficeHour.Outcome


def come_to_hour(*, hour: OfficeHour, person: User, now: datetime | None = None) -> None:
    """Somebody is there: its mentor, or one of those with a place. Raises MentoringRefused."""
    now = now or timezone.now()
    if not hour.room_is_open(now):
        raise MentoringRefused("not_open", _("The room opens 15 minutes before the start."))
    if person.pk == hour.mentor_id:
        OfficeHour.objects.filter(pk=hour.pk, mentor_came_at=None).update(mentor_came_at=now)
        return
    seats = OfficeSeat.objects.coming().filter(hour=hour, person=person)
    if not seats.exists():
        raise MentoringRefused("no_place", _("You have no place in this hour."))
    seats.filter(came_at=None).update(came_at=now)


@transaction.atomic
def stay_away(*, seat: OfficeSeat, now: datetime | None = None) -> None:
    """After it was decided, until it begins: the mentor hears of it and one's time is free again. Nothing is paid back,
    because the others count on it. Late, it stands on the record. Raises MentoringRefused."""
    now = now or timezone.now()
    hour = OfficeHour.objects.select_for_update(of=("self",)).select_related("mentor").get(pk=seat.hour_id)
    if hour.cancelled_at or not hour.decided_at or hour.starts_at <= now:
        raise MentoringRefused("started", _("It has begun, or it does not take place."))
    if not OfficeSeat.objects.coming().filter(pk=seat.pk).update(away_at=now):
        return
    calendar.release(SEAT, str(seat.pk))
    notify(hour.mentor, "office_seat_away", seat.pk, hour.get_absolute_url(), key=f"office_seat_away:{seat.pk}")
    if moderation.is_late(hour.starts_at, hour.decided_at, now):
        _note(seat.person, Incident.Kind.LATE_CANCEL, f"{SEAT}:{seat.pk}", now, Ability.REGISTER, hour.mentor, now)


def end_hours(*, seats, by: User, now: datetime) -> None:
    """These places are given up, because somebody leaves or two are kept apart. All that was paid goes back, but not to
    whoever gives up their own once it is decided: the others count on it, as with all who stay away."""
    for seat in seats.taken().filter(hour__cancelled_at=None, hour__starts_at__gt=now).select_related("person"):
        order, is_own = payments.order_of(SEAT, seat.pk), by.pk == seat.person_id
        if order and not seat.joined_at:
            payments.release(order=order, now=now)
        elif not is_own:
            end_seat(seat, now, source="host_cancelled", by=by)
        else:
            try:
                with transaction.atomic():
                    end_seat(seat, now, source="buyer", by=by, must_be_open=True)
            except MentoringRefused:
                stay_away(seat=seat, now=now)


def settle_hours(*, now: datetime) -> int:
    """Half an hour after the end: who pressed was there, and who did not come is written down."""
    over = OfficeHour.objects.standing().filter(
        settled_at=None, decided_at__isnull=False, ends_at__lte=now - SETTLED_AFTER
    )
    return each(over.select_related("mentor").order_by("ends_at", "pk"), lambda hour: _settle(hour, now))


@transaction.atomic
def _settle(hour, now) -> bool:
    if not OfficeHour.objects.standing().filter(pk=hour.pk, settled_at=None).update(settled_at=now):
        return False
    seats = list(hour.seats.coming().select_related("person").order_by("pk"))
    mentor_came, *came = _in_time(hour, [hour.mentor_came_at, *(seat.came_at for seat in seats)])
    there = [seat for seat, is_there in zip(seats, came, strict=True) if is_there]
    OfficeSeat.objects.filter(pk__in=[seat.pk for seat in there]).update(outcome=OfficeSeat.Outcome.CAME)
    hour.outcome = Outcome.MENTOR_CAME if mentor_came else Outcome.MENTOR_ABSENT if there else Outcome.NOBODY
    OfficeHour.objects.filter(pk=hour.pk).update(outcome=hour.outcome)
    if mentor_came:
        for seat in seats:
            if seat not in there:
                OfficeSeat.objects.filter(pk=seat.pk).update(outcome=OfficeSeat.Outcome.ABSENT)
                _note(seat.person, Incident.Kind.NO_SHOW, f"{SEAT}:{seat.pk}", hour.starts_at, Ability.REGISTER,
                      hour.mentor, now)  # fmt: skip
    elif there:
        waited = there[0].person
        _note(hour.mentor, Incident.Kind.NO_SHOW, f"{HOUR}:{hour.pk}", hour.starts_at, Ability.MENTOR, waited, now)
        for seat in seats:
            notify(seat.person, "office_hour_missed", hour.pk, hour.get_absolute_url(),
                   key=f"office_hour_missed:{hour.pk}:{seat.person_id}")  # fmt: skip
    return True


def _in_time(hour, moments) -> list[bool]:
    """The mentor first. Who comes after ten minutes did not come, unless nobody was there earlier; where only one side
    came, who did so in the last ten has not waited for the other."""
    in_time = [at is not None and at <= hour.starts_at + GRACE for at in moments]
    if any(in_time):
        return in_time
    are_both = bool(moments[0] and any(moments[1:]))
    return [at is not None and (are_both or at <= hour.ends_at - GRACE) for at in moments]


def _note(person, kind, source, happened_at, ability, other, now) -> None:
    moderation.note_incident(
        person=person, kind=kind, source=source, happened_at=happened_at, ability=ability, other=other, now=now
    )


# --- Putting right ----------------------------------------------------------------------------------------------------
def may_put_right(hour: OfficeHour, now: datetime) -> bool:
    return bool(hour.settled_at and now <= hour.ends_at + OBJECTED_WITHIN)


@transaction.atomic
def say_who_came(*, seat: OfficeSeat, now: datetime | None = None) -> None:
    """The mentor says that somebody was there who did not press the button. Raises MentoringRefused."""
    now = now or timezone.now()
    hour = OfficeHour.objects.select_for_update().get(pk=seat.hour_id)
    if not may_put_right(hour, now):
        raise _too_late()
    if OfficeSeat.objects.filter(pk=seat.pk, outcome=OfficeSeat.Outcome.ABSENT).update(outcome=OfficeSeat.Outcome.CAME):
        moderation.withdraw_incident(source=f"{SEAT}:{seat.pk}", now=now)


@transaction.atomic
def say_hour_was_held(*, seat: OfficeSeat, now: datetime | None = None) -> None:
    """Of a mentor who did not press the button: somebody who waited in vain would not say so. It is put right once most
    of those who came say it, so that nobody speaks for the money of the others. Raises MentoringRefused."""
    now = now or timezone.now()
    hour = OfficeHour.objects.select_for_update().get(pk=seat.hour_id)
    if not may_put_right(hour, now):
        raise _too_late()
    if hour.outcome not in hour.MISSED:
        return
    OfficeSeat.objects.coming().filter(pk=seat.pk, met_said_at=None).update(
        met_said_at=now, outcome=OfficeSeat.Outcome.CAME
    )
    came = hour.seats.filter(outcome=OfficeSeat.Outcome.CAME)
    if came.filter(met_said_at__isnull=False).count() * 2 > came.count():
        OfficeHour.objects.filter(pk=hour.pk).update(outcome=Outcome.MENTOR_CAME)
        moderation.withdraw_incident(source=f"{HOUR}:{hour.pk}", now=now)


def _too_late() -> MentoringRefused:
    return MentoringRefused("too_late", _("This can be put right for two days after the hour."))


def remind_of_hours(*, now: datetime) -> int:
    """An hour before, to all who come; a day before they heard that it takes place."""
    due = OfficeHour.objects.standing().filter(
        decided_at__isnull=False, starts_at__gt=now + timedelta(minutes=30), starts_at__lte=now + timedelta(hours=1)
    )
    told = 0
    for hour in due.select_related("mentor"):
        coming = [seat.person for seat in hour.seats.coming().select_related("person")]
        for person in (hour.mentor, *coming) if coming else ():
            key = f"office_hour_reminder:{hour.pk}:{person.pk}"
            notify(person, "office_hour_reminder", hour.pk, hour.get_absolute_url(), key=key)
            told += 1
    return told
