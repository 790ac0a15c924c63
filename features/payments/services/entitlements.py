"""Who may use what is paid for. A key covers those below it: `library` is `library:12` too."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from features.payments.models import Entitlement
from features.payments.signals import access_given


def entitled(person, key: str, at: datetime | None = None) -> bool:
    """The only gate to what is paid for."""
    return key in entitled_to(person, [key], at)


def entitled_to(person, keys: Collection[str], at: datetime | None = None) -> set[str]:
    """Those of `keys` that the person may use, in one query."""
    if not keys or not person.is_authenticated:
        return set()
    wanted = {name for key in keys for name in _covering(key)}
    held = Entitlement.objects.in_force(at or timezone.now()).filter(person_id=person.pk, key__in=wanted)
    found = set(held.values_list("key", flat=True))
    return {key for key in keys if found.intersection(_covering(key))}


def _covering(key: str) -> list[str]:
    parts = key.split(":")
    return [":".join(parts[:n]) for n in range(1, len(parts) + 1)]


@transaction.atomic
def entitle(
    *, person, key: str, source: str, ref: str, starts_at: datetime | None = None, until: datetime | None = None
) -> Entitlement:
    """Let the person use `key`. The same cause again corrects its times, and brings it back if it had been revoked."""
    facts = {"until": until, "revoked_at": None}
    facts |= {"starts_at": starts_at} if starts_at else {}
    made, _new = Entitlement.objects.update_or_create(
        person=person, key=key, source=source, ref=ref, defaults=facts, create_defaults=facts
    )
    access_given.send(Entitlement, entitlement=made)
    return made


def entitle_many(*, people: Iterable[int], key: str, ref: str, now: datetime) -> None:
    """Grant the key to all of them, whoever does not have it from this cause; nobody is told."""
    rows = (Entitlement(person_id=pk, key=key, source="grant", ref=ref, starts_at=now) for pk in people)
    Entitlement.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)


@transaction.atomic
def end_entitlements(*, source: str, ref: str, now: datetime | None = None) -> int:
    """The cause is gone, as after a refund: what it gave ends. Answers how many ended."""
    return Entitlement.objects.filter(source=source, ref=ref, revoked_at=None).update(revoked_at=now or timezone.now())
