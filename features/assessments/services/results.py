"""What a test comes to: computed from its responses, kept, and told to the ledger; or taken back."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.text import one_line
from features.accounts.models import User
from features.accounts.services import audit
from features.assessments import ability, selection
from features.assessments.models import Attempt
from features.assessments.services.badges import revoke_resting_on
from features.assessments.services.refusals import AssessmentRefused
from features.skills import services as skills

ASSESSED = "assessed"


def posterior(attempt: Attempt) -> ability.Weights:
    """Computed anew from what is kept: the same today as on the day of the test."""
    scored = attempt.responses.filter(is_scored=True, answered_at__isnull=False).order_by("position")
    return ability.of_answers((row.as_item, bool(row.is_right)) for row in scored)


def conclude(attempt: Attempt) -> None:
    """The result of an attempt that has just ended, in the transaction of its end."""
    scored = list(attempt.responses.filter(is_scored=True, answered_at__isnull=False))
    if len(scored) >= selection.LEAST:
        found = ability.summary(posterior(attempt))
        attempt.mean, attempt.error = found.mean, found.error
    bank = attempt.bank
    if bank.is_quiz and not attempt.is_beta:
        wrong = sum(not row.is_right and bool(row.answer) for row in scored)
        attempt.points = sum(bool(row.is_right) for row in scored) - bank.penalty * wrong
        attempt.passed = attempt.points * 100 >= bank.pass_percent * min(bank.most, len(attempt.drawn))
    attempt.save(update_fields=["finished_at", "ending", "mean", "error", "points", "passed"])
    record(attempt)


def record(attempt: Attempt) -> None:
    """What the ledger holds of it: the answers' own word, as the ledger adds what is true of people at large itself."""
    if attempt.mean is None or attempt.error is None or attempt.voided_at:
        return
    mean, error = ability.without_prior(attempt.mean, attempt.error)
    skills.record_evidence(
        person=attempt.person,
        skill=attempt.bank.skill,
        kind=ASSESSED,
        strength=round(min(1.0, max(0.05, 1 - attempt.error)), 3),
        happened_at=attempt.finished_at,
        source=attempt.source,
        measured=round(ability.CENTRE + mean, 4),
        error=round(error, 4),
    )


@transaction.atomic
def void(*, attempt: Attempt, by: User, reason: str, now: datetime | None = None) -> None:
    """A result that does not hold, for a stated reason: it stops counting everywhere at once. Raises
    AssessmentRefused."""
    reason = one_line(reason)[:200]
    if not reason:
        raise AssessmentRefused("reason", _("Say why, so that the person can object."))
    attempt = Attempt.objects.select_for_update(of=("self",)).get(pk=attempt.pk)
    if attempt.voided_at:
        return
    attempt.voided_at, attempt.void_reason = now or timezone.now(), reason
    attempt.save(update_fields=["voided_at", "void_reason"])
    skills.revoke_evidence(attempt.source)
    revoke_resting_on(attempt.source, _("What it rested on was taken back."))
    audit(by, "attempt.voided", attempt.source, [reason])
