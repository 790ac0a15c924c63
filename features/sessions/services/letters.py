"""Who is told what about a session. A key makes every letter one letter, however often a job runs."""

from datetime import timedelta

from django.urls import reverse

from features.notifications.services import notify_each
from features.sessions.emails.seats import ASKED_AGAIN
from features.sessions.models import REMINDERS, CoHost, Registration, SkillSession
from features.sessions.services.waitlist import CALLED_OFF

# A worker that was down still reminds, but not so late that the reminder is a surprise.
LATEST = timedelta(hours=3)
AGAIN_AFTER = timedelta(days=4)


def tell_of_change(session_id, *, has_moved=False) -> int:
    """Tell those who have a seat, also one that is held or kept for them, and those who wait for one."""
    session = SkillSession.objects.get(pk=session_id)
    page, number = session.get_absolute_url(), session.ical_sequence
    kind = "session_moved" if has_moved else "session_changed"
    seats = Registration.objects.active().filter(session=session).select_related("person")
    told = [(seat.person, kind, seat.pk, page, f"session_changed:{seat.pk}:{number}") for seat in seats]
    kind = "waitlist_session_changed"
    line = session.waitlist.filter(left_at=None).select_related("person")
    told += [(entry.person, kind, entry.pk, page, f"{kind}:{entry.pk}:{number}") for entry in line]
    kind = "cohost_session_changed"
    hosts = CoHost.objects.shown().filter(session=session)
    told += [(row.person, kind, row.pk, page, f"{kind}:{row.pk}:{number}") for row in hosts]
    return notify_each(told)


def tell_of_cancellation(session_id) -> int:
    session = SkillSession.objects.get(pk=session_id)
    page, kind = session.get_absolute_url(), "session_cancelled"
    seats = Registration.objects.active().filter(session=session).select_related("person")
    told = [(seat.person, kind, seat.pk, page, f"{kind}:{seat.pk}") for seat in seats]
    kind = "cohost_session_cancelled"
    hosts = CoHost.objects.shown().filter(session=session)
    told += [(row.person, kind, row.pk, page, f"{kind}:{row.pk}:{row.person_id}") for row in hosts]
    kind = "waitlist_session_cancelled"
    line = session.waitlist.filter(closed_reason=CALLED_OFF).select_related("person")
    told += [(entry.person, kind, entry.pk, page, f"{kind}:{entry.pk}") for entry in line]
    return notify_each(told)


def remind(*, now) -> int:
    """Write every reminder and follow-up that is due. A seat taken after its reminder was due gets none."""
    due: list[tuple] = []
    for minutes, _label in REMINDERS:
        before = timedelta(minutes=minutes)
        late = min(LATEST, before / 2)
        seats = _seats(now).filter(
            session__reminder_minutes__contains=[minutes],
            session__starts_at__lte=now + before,
            session__starts_at__gt=now + before - late,
        )
        for seat in seats:
            session = seat.session
            key = f"reminder:{seat.pk}:{session.starts_at.isoformat()}:{minutes}"
            if seat.registered_at <= session.starts_at - before:
                due.append((seat.person, "session_reminder", seat.pk, session.get_absolute_url(), key))
    return notify_each([*due, *_follow_ups(now)])


def _seats(now):
    return Registration.objects.confirmed().filter(session__cancelled_at=None).select_related("session", "person")


def _follow_ups(now):
    """How it was: those who were there are asked, and who has not said it once more. Never a third time."""
    kind, day = "session_follow_up", timedelta(days=1)
    there = Registration.objects.present().filter(session__cancelled_at=None)
    ended = there.filter(session__ends_at__lte=now, session__ends_at__gt=now - 2 * day - AGAIN_AFTER)
    for seat in ended.exclude(session__follow_up_minutes=None).select_related("session", "person", "review"):
        since = now - seat.session.ends_at - timedelta(minutes=seat.session.follow_up_minutes)
        ask = reverse("own_review", args=[seat.session_id, seat.session.slug])
        if timedelta() <= since < day:
            yield seat.person, kind, seat.pk, ask, f"follow_up:{seat.pk}"
        elif AGAIN_AFTER <= since < AGAIN_AFTER + day and not hasattr(seat, "review"):
            yield seat.person, kind, seat.pk, ask, f"{ASKED_AGAIN}{seat.pk}"
