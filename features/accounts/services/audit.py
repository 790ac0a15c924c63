from collections.abc import Iterable

from django.db import connection

from features.accounts.models import AuditEntry, User


def audit(actor: User | None, act: str, target: str, fields: Iterable[str] = ()) -> None:
    """Write down who did what: `act` such as "role.granted", `target` such as "person:12", `fields` by name.

    Never a personal value. It stands or falls with the act, so it refuses to run outside the act's transaction.
    `actor` is None when the site itself acts.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("audit() belongs into the transaction of the act it tells of")
    AuditEntry.objects.create(actor_id=actor.pk if actor else None, act=act, target=target, fields=list(fields))
