"""Letters of one person to many: told in batches, each person once, and what became of it."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from core.jobs import enqueue
from features.accounts.models import User
from features.notifications.kinds import Group, kinds
from features.notifications.models import Level, Notification, Preference
from features.notifications.services import telling

BATCH = 500


@dataclass(frozen=True)
class Told:
    queued: int = 0
    sent: int = 0
    withheld: int = 0  # the address refuses letters, was not proved, or they were switched off meanwhile


def listening(people: QuerySet[User], group: Group) -> QuerySet[User]:
    """Those of them who have not switched it off, inbox and all."""
    off = Preference.objects.filter(group=group.key, level=Level.OFF)
    return people.exclude(pk__in=off.values("person"))


def tell_many(*, people: Collection[int], kind: str, ref, url: str) -> int:
    """Tell these people one thing, each once per (kind, ref), and nobody who does not want such things; answers how
    many. Not for kinds that may wait for a digest."""
    group = kinds[kind].group
    if group.can_wait:
        raise ValueError(f"{kind} may wait for a digest")
    chosen = dict(Preference.objects.filter(group=group.key, person__in=people).values_list("person", "level"))
    wanted = [one for one in people if not group.is_optional or chosen.get(one, group.proposed) != Level.OFF]
    telling.write(
        [Notification(recipient_id=one, kind=kind, ref=str(ref), url=url, key=f"{kind}:{ref}:{one}") for one in wanted]
    )
    return len(wanted)


@transaction.atomic
def tell_next(
    rows: QuerySet, pk: int, audience: Callable[[Any], QuerySet[User]], *, kind: str, task: str, now=None
) -> int:
    """The next batch of those to whom one of these `rows` (see `models.Mailing`) goes, in the order of their numbers;
    answers how many. The batch, how far it is and the job for the next one (`task`) are one transaction, so a killed
    worker leaves nobody out and tells nobody twice."""
    found = rows.select_for_update(of=("self",)).filter(pk=pk, sent_at__isnull=False, told_at=None).first()
    if found is None:
        return 0
    rest = audience(found).filter(pk__gt=found.told_until).order_by("pk")
    people = list(rest.values_list("pk", flat=True)[:BATCH])
    found.told_count += tell_many(people=people, kind=kind, ref=found.pk, url=found.get_absolute_url())
    if people:
        found.told_until = people[-1]
    if len(people) < BATCH:
        found.told_at = now or timezone.now()
    else:
        tell_the_rest(found, kind=kind, task=task)
    found.save(update_fields=["told_until", "told_at", "told_count"])
    return len(people)


def tell_the_rest(found, *, kind: str, task: str) -> None:
    """Begin with a mailing, or go on where it is."""
    enqueue(task, found.pk, key=f"{kind}:{found.pk}:{found.told_until}")


def told(kind: str, refs: Iterable) -> dict[str, Told]:
    """{ref: what became of it}, in one query."""
    rows = Notification.objects.filter(kind=kind, ref__in=[str(ref) for ref in refs]).order_by().values("ref")
    waits = Q(mailed_at=None, withheld_at=None)
    counted = rows.annotate(queued=Count("pk", filter=waits), sent=Count("mailed_at"), withheld=Count("withheld_at"))
    return {row["ref"]: Told(row["queued"], row["sent"], row["withheld"]) for row in counted}
