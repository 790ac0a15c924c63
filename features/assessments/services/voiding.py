"""A result that does not hold is taken back, and comes back if it holds after all: everywhere at once. The decision
itself, with its reason, its undo and the objection to it, is moderation's."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from features.assessments.models import Attempt, Submission
from features.assessments.services import judging, results
from features.assessments.services.badges import revoke_resting_on, stand_again, take_unearned
from features.assessments.services.refusals import AssessmentRefused
from features.skills import services as skills


@transaction.atomic
def void(*, result: Attempt | Submission, now: datetime) -> None:
    """It stops counting: in the ledger, and with it in levels, profile, matching and suggestions; in badges and
    achievements. Raises AssessmentRefused."""
    row = _locked(result)
    if row.level is None or row.voided_at:
        raise AssessmentRefused("no_result", _("There is no result that counts. Look at it again."))
    row.voided_at = now
    row.save(update_fields=["voided_at"])
    skills.revoke_evidence(row.source)
    revoke_resting_on(row.source, now)
    take_unearned(row.person)


@transaction.atomic
def reinstate(*, result: Attempt | Submission) -> None:
    """It counts again, from when it was reached, and badges that were revoked with it stand again. Raises
    AssessmentRefused."""
    row = _locked(result)
    if not row.voided_at:
        raise AssessmentRefused("counts", _("It counts already."))
    voided_at, row.voided_at = row.voided_at, None
    row.save(update_fields=["voided_at"])
    if isinstance(row, Attempt):
        results.record(row)
    else:
        judging.record(row)
    stand_again(row.source, voided_at)


def _locked(result):
    rows = type(result).objects.select_for_update(of=("self",)).select_related("person")
    rows = rows.select_related("bank__skill" if isinstance(result, Attempt) else "task__skill")
    return rows.get(pk=result.pk)
