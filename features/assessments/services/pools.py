"""What a bank can ask now, as plain data for the selection. Kept in the process as long as the bank has not changed."""

from collections import Counter
from collections.abc import Collection
from functools import lru_cache

from django.db.models import F

from features.assessments import ability
from features.assessments.models import Attempt, Bank, Item, ItemParameter, ItemVersion
from features.assessments.scoring import guessing
from features.assessments.selection import Candidate, Rules

BLURRED = 0.9  # what is left of a's sharpness where b is an expert's guess, which is off by 0.8


@lru_cache(maxsize=64)
def _pool(bank_id: int, _version: int, is_beta: bool) -> tuple[Candidate, ...]:
    live = Item.objects.filter(bank_id=bank_id, state=Item.State.LIVE, is_practice=False)
    versions = ItemVersion.objects.filter(pk__in=live.values("current")).select_related("item").order_by("item")
    known = {
        row.version_id: row
        for row in ItemParameter.objects.filter(version__item__bank_id=bank_id, is_current=True)
        if row.model != ItemParameter.Model.EXPERT
    }
    found = []
    for version in versions:
        row, item = known.get(version.pk), version.item
        if row:
            found.append(Candidate(version.pk, item.area, row.as_item, row.share, is_beta))
        else:
            expected = ability.Item(BLURRED, float(item.band - 3), guessing(version.kind, version.content))
            found.append(Candidate(version.pk, item.area, expected, 1.0, True))
    return tuple(found)


def pool(bank: Bank) -> tuple[Candidate, ...]:
    """In a beta nothing counts; later, only what has been calibrated does, and new items are tried unscored."""
    return _pool(bank.pk, bank.pool_version, bank.is_beta)


def shares(bank: Bank) -> dict[str, float]:
    """How much of a test each area is: as much as it is of the bank."""
    return dict(Counter(candidate.area for candidate in pool(bank) if not candidate.is_pilot))


def rules(attempt: Attempt) -> Rules:
    return Rules(error=attempt.rules["error"], most=attempt.rules["most"])


def most_questions(attempt: Attempt, asked: Collection[int]) -> int:
    """How many the attempt can still come to, of which the versions `asked` were: what was drawn for it and is no
    longer asked was never put to the person."""
    left = {candidate.version for candidate in pool(attempt.bank)}.intersection(attempt.drawn)
    return min(attempt.rules["most"], len(left.union(asked)))


def renew(bank: Bank) -> None:
    """The pool has changed: no process may go on with what it kept."""
    Bank.objects.filter(pk=bank.pk).update(pool_version=F("pool_version") + 1)
