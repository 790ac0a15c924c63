"""What a test comes to: computed from its responses, kept, and told to the ledger."""

from features.assessments import ability, selection
from features.assessments.models import Attempt
from features.assessments.services.pools import most_questions
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
    if attempt.is_quiz and not attempt.is_beta:
        rules = attempt.rules
        wrong = sum(not row.is_right and bool(row.answer) for row in scored)
        attempt.points = sum(bool(row.is_right) for row in scored) - rules["penalty"] * wrong
        attempt.out_of = most_questions(attempt, {row.version_id for row in scored})
        if attempt.out_of >= selection.LEAST:
            attempt.passed = attempt.points * 100 >= rules["pass_percent"] * attempt.out_of
    attempt.save(update_fields=["finished_at", "ending", "mean", "error", "points", "out_of", "passed"])
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
