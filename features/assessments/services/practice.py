"""Practice: the same questions without a score, coming back when they are about to be forgotten (FSRS)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from fsrs import Card, Rating, Scheduler

from core.limits import hit
from features.accounts.models import User
from features.assessments.models import Bank, Item, ItemVersion, PracticeCard
from features.assessments.scoring import is_right
from features.assessments.services.taking import LONGEST

SCHEDULER = Scheduler(enable_fuzzing=False)


@dataclass(frozen=True)
class Practised:
    version: ItemVersion
    given: list[str]
    is_right: bool
    due_at: datetime


def for_practice(bank: Bank):
    """What is kept for practice: its answers are shown, so it is not asked in tests."""
    return ItemVersion.objects.filter(
        pk__in=bank.items.filter(state=Item.State.LIVE, is_practice=True).values("current")
    )


def next_card(*, bank: Bank, person: User, now: datetime | None = None) -> ItemVersion | None:
    """What is due, the longest overdue first; else something new; nothing when all of it can wait."""
    now = now or timezone.now()
    versions = for_practice(bank)
    due = PracticeCard.objects.filter(person=person, version__in=versions, due_at__lte=now).select_related("version")
    if card := due.order_by("due_at", "pk").first():
        return card.version
    known = PracticeCard.objects.filter(person=person).values("version")
    return versions.exclude(pk__in=known).order_by("item__band", "pk").first()


def next_due(*, bank: Bank, person: User) -> datetime | None:
    cards = PracticeCard.objects.filter(person=person, version__in=for_practice(bank))
    return cards.order_by("due_at").values_list("due_at", flat=True).first()


@transaction.atomic
def practise(*, version: ItemVersion, person: User, given: list[str], now: datetime | None = None) -> Practised:
    """An answer in practice: whether it is right, and when the question comes back. Raises RateLimited."""
    now = now or timezone.now()
    hit("practice", person.pk)
    given = [str(value)[:LONGEST] for value in given if str(value).strip()][:12]
    right = is_right(version.kind, version.content, given)
    row = PracticeCard.objects.select_for_update().filter(person=person, version=version).first()
    card = Card.from_dict(row.state) if row else Card(card_id=version.pk, due=now)
    card, _log = SCHEDULER.review_card(card, Rating.Good if right else Rating.Again, now)
    row = row or PracticeCard(person=person, version=version)
    row.state, row.due_at = card.to_dict(), card.due
    row.answered += 1
    row.right += right
    if row.pk:
        row.save()
    else:  # unless a second press at the same moment has just made it
        PracticeCard.objects.bulk_create([row], ignore_conflicts=True)
    return Practised(version, given, right, card.due)
