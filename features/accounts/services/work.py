"""Work that was given up after too many failures."""

from django.db import transaction

from core.jobs import outbox
from features.accounts.models import User
from features.accounts.services.audit import audit


@transaction.atomic
def retry_work(*, by: User, row: int | None = None) -> int:
    """Let the worker try it again, one row or all of them; answers how many. What another organiser, or the command,
    has set going meanwhile is none any more: nothing is written down of a press that did nothing."""
    count = outbox.retry(None if row is None else [row])
    if count:
        audit(by, "work.retried", "work:all" if row is None else f"work:{row}")
    return count
