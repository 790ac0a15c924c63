"""Who is told what about a session. A key makes every letter one letter, however often a job runs."""

from datetime import timedelta

from django.urls import reverse

from features.notifications.services import already_told, notify
from features.sessions import happenings
from features.sessions.emails.seats import ASKED_AGAIN
from features.sessions.models import REMINDERS, CoHost, Registration, SkillSession
from features.sessions.services.waitlist import CALLED_OFF

# A worker that was down still reminds, but not so late that the reminder is a surprise.
LATEST = timedelta(hours=3)
AGAIN_AFTER = timedelta(days=4)


def tell_of_change(session_id, *, has_moved=False) -> None:
    """Tell those who have a seat, also one that is held or kept for them, and those who wait for one."""
    session = SkillSession.objects.get(pk=session_id)
    kind = "session_moved" if has_moved else "session_changed"
    for seat in Registration.objects.active().filter(session=session).select_related("person"):
        key = f"session_changed:{seat.pk}:{session.ical_sequence}"
        notify(seat.person, kind, seat.pk, session.get_absolute_url(), key=key)
    for entry in session.waitlist.filter(left_at=None).select_related("person"):
        key = f"waitlist_session_changed:{entry.pk}:{session.ical_sequence}"
        notify(entry.person, "waitlist_session_changed", entry.pk, session.get_absolute_url(), key=key)
    for row in CoHost.objects.shown().filter(session=session):
        key = f"cohost_session_changed:{row.pk}:{session.ical_sequence}"
        notify(row.person, "cohost_session_changed", row.pk, session.get_absolute_url(), key=key)
    happenings.of_session("session.changed", session)


def tell_of_cancellation(session_id) -> None:
    session = SkillSession.objects.get(pk=session_id)
    for seat in Registration.objects.active().filter(session=session).select_related("person"):
        notify(
            seat.person, "session_cancelled", seat.pk, session.get_absolute_url(), key=f"session_cancelled:{seat.pk}"
        )
    for row in CoHost.objects.shown().filter(session=session):
        notify(row.person, "cohost_session_cancelled", row.pk, session.get_absolute_url())
    happenings.of_session("session.cancelled", session)
    for entry in session.waitlist.filter(closed_reason=CALLED_OFF).select_related("person"):
        key = f"waitlist_session_cancelled:{entry.pk}"
        notify(entry.person, "waitlist_session_cancelled", entry.pk, session.get_absolute_url(), key=key)


def remind(*, now) -> int:
    """Write every reminder and follow-up that is due. A seat taken after its reminder was due gets none."""
    told = 0
    for minutes, _label in REMINDERS:
        before = timedelta(minutes=minutes)
        late = min(LATEST, before / 2)
        due = _seats(now).filter(
            session__reminder_minutes__contains=[minutes],
            session__starts_at__lte=now + before,
            session__starts_at__gt=now + before - late,
        )
        in_time = [seat for seat in due if seat.registered_at <= seat.session.starts_at - before]
        keys = {seat.pk: f"reminder:{seat.pk}:{seat.session.starts_at.isoformat()}:{minutes}" for seat in in_time}
        known = already_told(keys.values())  # asked every minute, for up to three hours
        for seat in in_time:
            if keys[seat.pk] not in known:
                notify(seat.person, "session_reminder", seat.pk, seat.session.get_absolute_url(), key=keys[seat.pk])
                told += 1
    return told + _follow_up(now)


def _seats(now):
    return Registration.objects.confirmed().filter(session__cancelled_at=None).select_related("session", "person")


def _follow_up(now):
    """How it was: those who were there are asked, and who has not said it once more. Never a third time."""
    told, day = 0, timedelta(days=1)
    there = Registration.objects.present().filter(session__cancelled_at=None)
    ended = there.filter(session__ends_at__lte=now, session__ends_at__gt=now - 2 * day - AGAIN_AFTER)
    for seat in ended.exclude(session__follow_up_minutes=None).select_related("session", "person", "review"):
        since = now - seat.session.ends_at - timedelta(minutes=seat.session.follow_up_minutes)
        ask = reverse("own_review", args=[seat.session_id, seat.session.slug])
        if timedelta() <= since < day:
            notify(seat.person, "session_follow_up", seat.pk, ask, key=f"follow_up:{seat.pk}")
            told += 1
        elif AGAIN_AFTER <= since < AGAIN_AFTER + day and not hasattr(seat, "review"):
            notify(seat.person, "session_follow_up", seat.pk, ask, key=f"{ASKED_AGAIN}{seat.pk}")
            told += 1
    return told
