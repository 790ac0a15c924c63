"""Letters to many that each of them has asked for: who they are, telling them in batches, and what became of it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from features.accounts.models import User
from features.notifications.kinds import Group, kinds
from features.notifications.models import Level, Notification, Preference, SuppressedAddress
from features.notifications.services import telling


@dataclass(frozen=True)
class Told:
    queued: int = 0
    sent: int = 0
    withheld: int = 0  # the address refuses letters, was not proved, or they were switched off meanwhile


def asked_for(group: Group) -> QuerySet[User]:
    """Who turned these letters on."""
    if group.proposed != Level.OFF:
        raise ValueError(f"{group.key} comes without being asked for")
    chosen = Preference.objects.filter(group=group.key, level=Level.MAIL)
    return User.objects.filter(pk__in=chosen.values("person"), is_active=True)


def reachable(group: Group) -> QuerySet[User]:
    """And whose address was proved to be theirs, and refuses no letters: what `may_write_to` asks of one."""
    proved = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True, email__iexact=OuterRef("email"))
    found = asked_for(group).annotate(address=Lower("email"))
    return found.filter(Exists(proved)).exclude(address__in=SuppressedAddress.objects.values("address"))


def tell_many(*, people: Collection[int], kind: str, ref, url: str) -> None:
    """Tell these people one thing, each once per (kind, ref). Only of kinds that people asked for."""
    if kinds[kind].group.proposed != Level.OFF:
        raise ValueError(f"{kind} comes without being asked for")
    telling.write(
        [
            Notification(recipient_id=person, kind=kind, ref=str(ref), url=url, key=f"{kind}:{ref}:{person}")
            for person in people
        ]
    )


def told(kind: str, refs: Iterable) -> dict[str, Told]:
    """{ref: what became of it}, in one query."""
    rows = Notification.objects.filter(kind=kind, ref__in=[str(ref) for ref in refs]).order_by().values("ref")
    waits = Q(mailed_at=None, withheld_at=None)
    counted = rows.annotate(queued=Count("pk", filter=waits), sent=Count("mailed_at"), withheld=Count("withheld_at"))
    return {row["ref"]: Told(row["queued"], row["sent"], row["withheld"]) for row in counted}
