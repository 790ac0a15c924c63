"""What becomes of a case and of the reports in it."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from features.accounts.models import User
from features.moderation.models import Case, Entry, Flag
from features.moderation.services.subjects import ModerationRefused

VERDICT = {
    Case.Outcome.ACTED: Flag.Outcome.RIGHT,
    Case.Outcome.KEPT: Flag.Outcome.WRONG,
    Case.Outcome.IGNORED: Flag.Outcome.UNSAID,
    Case.Outcome.GONE: Flag.Outcome.UNSAID,
}


def taken(case) -> ModerationRefused:
    case.refresh_from_db()
    if case.decided_at:
        return ModerationRefused("decided", _("Somebody decided this a moment ago. Take the next one."))
    name = case.claimed_by.name if case.claimed_by else ""
    return ModerationRefused("claimed", _("%(name)s is looking at this. Take the next one.") % {"name": name})


def close(case: Case, by: User | None, outcome: str, now: datetime, entry: Entry | None = None) -> None:
    """Decide a locked case, and with it how right each report was."""
    if case.decided_at:
        raise taken(case)
    case.outcome, case.decided_by, case.decided_at, case.entry = outcome, by, now, entry
    case.save(update_fields=["outcome", "decided_by", "decided_at", "entry"])
    case.flags.update(outcome=VERDICT[Case.Outcome(outcome)])


def close_gone(keys: Sequence[str], now: datetime | None = None) -> None:
    """Whoever wrote these took them back: nobody has to decide about them. Inside the caller's transaction, which is
    `alone_with` them."""
    wanted = Q(pk=None)
    for key in keys:
        kind, _colon, ref = key.partition(":")
        wanted |= Q(kind=kind, ref=ref)
    for case in Case.objects.select_for_update().filter(wanted, decided_at=None).order_by("pk"):
        close(case, None, Case.Outcome.GONE, now or timezone.now())


def reopen(case: Case) -> None:
    """The act that decided it was taken back: it waits again, and its reports with it."""
    if Case.objects.waiting().filter(kind=case.kind, ref=case.ref).exists():
        return
    case.outcome, case.decided_by, case.decided_at, case.entry = "", None, None, None
    case.claimed_by, case.claimed_at = None, None
    case.save()
    case.flags.update(outcome="")
