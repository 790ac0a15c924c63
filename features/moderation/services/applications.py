"""Becoming an expert: a draft, a reading, perhaps a question, a decision that grants the role in the same moment."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core.db import broken_constraint
from core.templatetags.ui import local, words
from features.accounts import access
from features.accounts import services as accounts
from features.accounts.models import Role, User
from features.moderation import letters
from features.moderation.models import ExpertApplication, Step

REVIEWERS = (Role.REVIEWER, Role.ORGANISER)
# How long an application is one reviewer's; after that they have gone home.
CLAIM = timedelta(hours=1)
WAITS = (30, 90, 180)  # days until somebody who was declined may apply again

State = ExpertApplication.State


class ApplicationRefused(Exception):
    """`code` for programs, the message with its next step for people."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


# --- The applicant ----------------------------------------------------------------------------------------------------
def why_not_apply(person: User, now: datetime | None = None) -> ApplicationRefused | None:
    """What keeps somebody from beginning an application now."""
    now = now or timezone.now()
    if access.has_role(person, Role.EXPERT):
        return ApplicationRefused("expert", _("You are an expert already: write a session and publish it."))
    if bar := access.bar(person, access.Ability.APPLY):
        return ApplicationRefused("barred", bar.words)
    last = ExpertApplication.objects.filter(person=person, may_apply_again_at__gt=now).first()
    if last and last.may_apply_again_at:
        when = words(local(last.may_apply_again_at), "day")
        return ApplicationRefused("too_soon", _("You can apply again from %(when)s.") % {"when": when})
    return None


def current(person: User) -> ExpertApplication | None:
    """The application that is open, or else the last one."""
    found = ExpertApplication.objects.filter(person=person)
    return found.undecided().first() or found.order_by("-pk").first()


def save_draft(*, person: User, skills: Iterable, now: datetime | None = None, **written: str) -> ExpertApplication:
    """Keep what was written so far. Two browsers write the same draft."""
    now = now or timezone.now()
    if refused := why_not_apply(person, now):
        raise refused
    try:
        with transaction.atomic():
            draft, _new = ExpertApplication.objects.get_or_create(person=person, state=State.DRAFT)
            for name, value in written.items():
                setattr(draft, name, value)
            draft.changed_at = now
            draft.save()
            draft.skills.set(skills)
    except IntegrityError as error:
        if broken_constraint(error) != "one_open_application":
            raise
        raise ApplicationRefused("open", _("You have sent an application. It is being read.")) from error
    return draft


@transaction.atomic
def send(*, application: ExpertApplication, now: datetime | None = None) -> ExpertApplication:
    """Hand a draft in. Twice is once."""
    now = now or timezone.now()
    locked = _lock(application)
    if locked.state != State.DRAFT:
        return locked
    if refused := why_not_apply(locked.person, now):
        raise refused
    locked.state, locked.received_at, locked.agreed_at = State.RECEIVED, now, now
    locked.save()
    _step(locked, Step.Kind.RECEIVED, by=locked.person, now=now)
    return locked


@transaction.atomic
def answer(*, application: ExpertApplication, text: str, now: datetime | None = None) -> None:
    """Say what was asked for: the application is back with whoever reads it."""
    locked = _lock(application)
    if locked.state != State.ASKED:
        raise ApplicationRefused("not_asked", _("No question is open."))
    locked.state = State.RECEIVED
    locked.save(update_fields=["state"])
    _step(locked, Step.Kind.ANSWERED, text, by=locked.person, now=now)


@transaction.atomic
def withdraw(*, application: ExpertApplication, now: datetime | None = None) -> None:
    """Take it back, or throw the draft away. Twice is once."""
    locked = _lock(application)
    if not locked.is_undecided:
        return
    if locked.state == State.DRAFT:
        locked.delete()
        return
    locked.state = State.WITHDRAWN
    locked.save(update_fields=["state"])
    _step(locked, Step.Kind.WITHDRAWN, by=locked.person, now=now)


# --- Whoever decides --------------------------------------------------------------------------------------------------
def claim(*, by: User, application: ExpertApplication, now: datetime | None = None) -> None:
    """Make it mine for an hour, so that two do not decide at once."""
    now = now or timezone.now()
    _may_decide(by, application)
    free = Q(claimed_by=None) | Q(claimed_by=by) | Q(claimed_at__lte=now - CLAIM)
    mine = ExpertApplication.objects.undecided().filter(free, pk=application.pk)
    if not mine.update(claimed_by=by, claimed_at=now):
        raise ApplicationRefused("claimed", _("Somebody else is reading this application."))


def release(*, by: User, application: ExpertApplication) -> None:
    ExpertApplication.objects.filter(pk=application.pk, claimed_by=by).update(claimed_by=None, claimed_at=None)


def reader(application: ExpertApplication, now: datetime | None = None) -> User | None:
    """Whose it is at the moment."""
    is_fresh = application.claimed_at and application.claimed_at > (now or timezone.now()) - CLAIM
    return application.claimed_by if is_fresh else None


@transaction.atomic
def ask(*, by: User, application: ExpertApplication, text: str, now: datetime | None = None) -> None:
    """Ask the applicant for more before deciding."""
    now = now or timezone.now()
    locked = _open_for(by, application, now)
    if not text.strip():
        raise ApplicationRefused("no_words", _("Write what you want to know."))
    locked.state = State.ASKED
    locked.save(update_fields=["state"])
    _step(locked, Step.Kind.ASKED, text, by=by, now=now)


@transaction.atomic
def approve(*, by: User, application: ExpertApplication, text: str = "", now: datetime | None = None) -> None:
    """Grant the role of an expert; decision, role, audit row and letter are one transaction."""
    now = now or timezone.now()
    locked = _open_for(by, application, now)
    _decide(locked, State.APPROVED, by, now)
    try:
        accounts.grant_role(actor=by, person=locked.person, role=Role.EXPERT, reason=f"application {locked.pk}")
    except accounts.RoleRefused as refused:
        if refused.code != "has_it":
            raise ApplicationRefused(refused.code, str(refused)) from refused
    _step(locked, Step.Kind.APPROVED, text, by=by, now=now)


@transaction.atomic
def decline(
    *, by: User, application: ExpertApplication, text: str, wait_days: int = WAITS[0], now: datetime | None = None
) -> None:
    """Say no, why, and from when on the person may apply again."""
    now = now or timezone.now()
    locked = _open_for(by, application, now)
    if not text.strip():
        raise ApplicationRefused("no_words", _("Say why. The applicant reads it."))
    locked.may_apply_again_at = now + timedelta(days=wait_days)
    _decide(locked, State.DECLINED, by, now)
    _step(locked, Step.Kind.DECLINED, text, by=by, now=now)


# --- What they share --------------------------------------------------------------------------------------------------
def _lock(application: ExpertApplication) -> ExpertApplication:
    rows = ExpertApplication.objects.select_for_update(of=("self",)).select_related("person")
    return rows.get(pk=application.pk)


def _open_for(by: User, application: ExpertApplication, now: datetime) -> ExpertApplication:
    locked = _lock(application)
    _may_decide(by, locked)
    if locked.state not in (State.RECEIVED, State.ASKED):
        raise ApplicationRefused("decided", _("This application is no longer open. Nothing was changed."))
    if reader(locked, now) not in (None, by):
        raise ApplicationRefused("claimed", _("Somebody else is reading this application."))
    return locked


def _may_decide(by: User, application: ExpertApplication) -> None:
    if not access.has_any_role(by, *REVIEWERS):
        raise ApplicationRefused("not_a_reviewer", _("Only reviewers and organisers decide on applications."))
    if by.pk == application.person_id:
        raise ApplicationRefused("own", _("Nobody decides on their own application."))


def _decide(application: ExpertApplication, state: str, by: User, now: datetime) -> None:
    application.state, application.decided_by, application.decided_at = state, by, now
    application.claimed_by = application.claimed_at = None
    application.save()
    target = f"person:{application.person_id}"
    accounts.audit(by, f"application.{state}", target, [f"application:{application.pk}"])


def _step(application, kind, text="", *, by, now) -> None:
    step = Step.objects.create(
        application=application, kind=kind, words=text.strip(), by=by, happened_at=now or timezone.now()
    )
    if f"application_{kind}" in letters.STEPS:
        letters.tell_step(step)
