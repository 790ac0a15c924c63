"""A host who did not come. Whoever has a seat says so, until two days after the end; the host answers. Who owns up pays
back at once. Silence decides for those who waited, unless somebody saw the host; where two say different things, a
moderator decides. Then every seat is paid back, and others are named who teach the same."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.jobs import each, enqueue
from core.text import one_line
from features.accounts.models import User
from features.moderation import services as moderation
from features.moderation.models import Case
from features.notifications.services import notify, notify_each
from features.sessions import promises
from features.sessions.models import (
    ANSWERED_WITHIN,
    Attendance,
    HostAbsence,
    HostAbsenceVoice,
    Registration,
    Review,
    SkillSession,
)
from features.sessions.services.attendance import corrections_end, draw_conclusions
from features.sessions.services.waitlist import lock

KIND = "host_absence"
WAITED = timedelta(minutes=10)  # nobody is absent before
Outcome = HostAbsence.Outcome


class AbsenceRefused(Exception):
    def __init__(self, code, words):
        super().__init__(code)
        self.code, self.words = code, words


# --- Both sides -------------------------------------------------------------------------------------------------------
@transaction.atomic
def say_of_host(*, registration: Registration, came: bool, words="", now: datetime | None = None) -> HostAbsence:
    """What somebody with a seat saw. The first who says no opens the question, and the host is asked."""
    now = now or timezone.now()
    session = lock(registration.session_id)
    seat = Registration.objects.select_related("person", "review").get(pk=registration.pk)
    absence = HostAbsence.objects.filter(session=session).first()
    if refusal := why_not_say(seat, session, absence, now):
        raise refusal
    if came and absence is None:
        raise AbsenceRefused("not_asked", _("Nobody says that the host did not come, so there is nothing to say."))
    if not came and hasattr(seat, "review"):
        raise AbsenceRefused("reviewed", _("You have reviewed this session, so it took place for you."))
    if absence is None:
        assert session.ends_at  # it was published
        until = max(now, session.ends_at) + ANSWERED_WITHIN
        absence = HostAbsence.objects.create(session=session, opened_at=now, answer_until=until)
        notify(session.host, "host_asked", absence.pk, _page(session), key=f"host_asked:{absence.pk}")
    said = {"absence": absence, "came": came, "words": one_line(words)[:500], "said_at": now}
    HostAbsenceVoice.objects.update_or_create(registration=seat, defaults=said)
    return absence


def why_not_say(seat, session, absence, now) -> AbsenceRefused | None:
    if session.is_cancelled or seat.cancelled_at or not seat.confirmed_at:
        return AbsenceRefused("no_seat", _("Only who has a seat in a session that was not cancelled can say this."))
    if now < session.starts_at + WAITED:
        return AbsenceRefused("too_early", _("Wait for ten minutes. After that you can say that nobody came."))
    if absence and absence.decided_at:
        return AbsenceRefused("decided", _("This is decided already."))
    if now >= (absence.answer_until if absence else corrections_end(session)):
        return AbsenceRefused("too_late", _("This can be said until two days after the end."))
    return None


@transaction.atomic
def answer_for_host(*, session: SkillSession, came: bool, words="", now: datetime | None = None) -> HostAbsence:
    """The host's one answer. Raises AbsenceRefused."""
    now = now or timezone.now()
    session = lock(session.pk)
    absence = HostAbsence.objects.filter(session=session).first()
    if refusal := why_not_answer(absence, now):
        raise refusal
    assert absence
    if came and not words.strip():
        raise AbsenceRefused("no_words", _("Say what happened. A moderator reads it."))
    absence.answer, absence.answered_at = Outcome.CAME if came else Outcome.ABSENT, now
    absence.answer_words = one_line(words)[:1000]
    absence.save(update_fields=["answer", "answered_at", "answer_words"])
    if came:
        _ask_moderator(absence, now)
    else:
        _decide(session, absence, came=False, by=None, now=now)
    return absence


def why_not_answer(absence, now) -> AbsenceRefused | None:
    if absence is None:
        return AbsenceRefused("not_asked", _("Nobody says that you did not come."))
    if absence.decided_at:
        return AbsenceRefused("decided", _("This is decided already."))
    if absence.answer:
        return AbsenceRefused("answered", _("You have answered already. A moderator decides."))
    if now >= absence.answer_until:
        return AbsenceRefused("too_late", _("The time to answer is over. A moderator decides."))
    return None


def _ask_moderator(absence, now) -> None:
    found = moderation.thing(f"{KIND}:{absence.pk}")
    assert found
    moderation.open_case(found, Case.Cause.DISPUTE, 2, now)


# --- Deciding ---------------------------------------------------------------------------------------------------------
def silence_says_absent(*, absent: int, came: int, silent: int, has_sign: bool) -> bool:
    """The host did not answer: that decides, if nobody saw the host, and if those who say no are at least half of those
    who know (`silent` were seen there and say nothing)."""
    return not came and not has_sign and absent > 0 and absent >= silent


def decide_absences(*, now: datetime | None = None) -> int:
    """Those whose host has let the time for an answer go by. Each in a transaction of its own; twice is once."""
    now = now or timezone.now()
    due = HostAbsence.objects.open().filter(answer="", answer_until__lte=now).order_by("pk")
    waiting = [pk for pk in due.values_list("pk", flat=True) if not _is_with_moderator(pk)]
    return each(waiting, lambda pk: _decide_by_rule(pk, now))


def _is_with_moderator(pk) -> bool:
    return Case.objects.waiting().filter(kind=KIND, ref=str(pk)).exists()


@transaction.atomic
def _decide_by_rule(pk, now) -> bool:
    absence = HostAbsence.objects.get(pk=pk)
    session = lock(absence.session_id)
    absence.refresh_from_db()
    if absence.decided_at or absence.answer:
        return False
    voices = list(absence.voices.values_list("registration", "came"))
    absent = sum(not came for _seat, came in voices)
    if not absent:  # whoever said it thought better of it
        return _decide(session, absence, came=True, by=None, now=now)
    seen = Registration.objects.present().filter(session=session)
    ticked = Attendance.objects.filter(
        registration__session=session, source=Attendance.Source.CHECK_IN, recorded_by__in=session.hosts
    )
    decided = silence_says_absent(
        absent=absent,
        came=len(voices) - absent,
        silent=seen.exclude(pk__in=[seat for seat, _came in voices]).count(),
        has_sign=ticked.exists() or Review.objects.filter(registration__session=session).exists(),
    )
    if decided:
        return _decide(session, absence, came=False, by=None, now=now)
    _ask_moderator(absence, now)
    return False


@transaction.atomic
def decide_absence(*, absence: HostAbsence, came: bool, by: User, now: datetime | None = None) -> None:
    """A moderator has read both sides. Raises AbsenceRefused."""
    session = lock(absence.session_id)
    absence = HostAbsence.objects.get(pk=absence.pk)
    if session.is_hosted_by(by) or Registration.objects.confirmed().filter(session=session, person=by).exists():
        raise AbsenceRefused("own", _("You have a part in it. Another moderator decides."))
    if not _decide(session, absence, came=came, by=by, now=now or timezone.now()):
        raise AbsenceRefused("decided", _("This is decided already."))


def _decide(session, absence, *, came, by, now) -> bool:
    """Once, for a locked session; with what follows."""
    outcome = Outcome.CAME if came else Outcome.ABSENT
    rows = HostAbsence.objects.open().filter(pk=absence.pk)
    if not rows.update(outcome=outcome, decided_at=now, decided_by=by):
        return False
    if came:
        people = [voice.registration.person for voice in _voices(absence) if not voice.came]
        for person in [session.host, *people]:
            notify(person, "host_came", absence.pk, _page(session), key=f"host_came:{absence.pk}:{person.pk}")
        return True
    session.refresh_from_db()
    promises.host_did_not_come(session, now)
    if session.attendance_settled_at:
        draw_conclusions(session)
    enqueue("features.sessions.tasks.tell_of_absence", absence.pk, key=f"absence:{absence.pk}")
    enqueue("features.sessions.tasks.refund_seats", f"{session.pk}:0", key=f"refunds:{session.pk}:0")
    return True


def _voices(absence):
    return absence.voices.select_related("registration__person").order_by("said_at", "pk")


def tell_of_absence(absence_id: int) -> None:
    """Everybody who has a seat, once."""
    absence = HostAbsence.objects.select_related("session").get(pk=absence_id)
    page, kind = _page(absence.session), "host_did_not_come"
    seats = Registration.objects.confirmed().filter(session=absence.session).select_related("person")
    notify_each((seat.person, kind, seat.pk, page, f"{kind}:{seat.pk}") for seat in seats)


def others_instead(session: SkillSession, person: User, now: datetime) -> list[SkillSession]:
    """Sessions to come about the same skills, by others, with a free seat, the nearest first."""
    coming = SkillSession.objects.upcoming(now).filter(session_skills__skill__in=session.skills.all())
    coming = coming.exclude(host__in=[session.host_id, person.pk]).exclude(seats_taken__gte=F("capacity"))
    return list(coming.select_related("host").distinct().order_by("starts_at", "pk")[:3])


def _page(session) -> str:
    return f"{session.get_absolute_url()}host-absence/"
