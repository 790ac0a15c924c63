"""A letter is given away once, even by a worker that is killed while it waits for the mail server's thanks.

Nobody can ask a mail server whether it has a letter. So the worker notes, on a connection of its own that commits at
once, that the whole letter is on its way, right behind the final dot. Who runs the row again finds the note and sends
nothing. The note is taken back when the server says no, or says nothing at all: then the letter goes out again under
the same Message-ID.
"""

import time
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from core.db import DATABASE_FAULTS
from core.models import Outbox

HOLD = """
    UPDATE core_outbox SET claimed_until = statement_timestamp() + %s
    WHERE id = %s AND attempts = %s AND done_at IS NULL AND handed_over_at IS NULL
"""

NOTE = "UPDATE core_outbox SET handed_over_at = CASE WHEN %s THEN statement_timestamp() END WHERE id = %s"


def lease() -> timedelta:
    """How long the claim of a worker that was killed stays; a living one renews its own."""
    return timedelta(seconds=settings.JOB_LEASE)


class Superseded(Exception):
    """The lease ran out while this worker stood still, and another one has taken the row."""


class Handover:
    """What `core.mail` asks and tells on behalf of one outbox row."""

    def __init__(self, row: Outbox, notes: "Notes | None" = None):
        self.row = row
        self.notes = notes
        self.is_used = False

    def claim_letter(self) -> bool:
        """True if the job's letter is still to be sent."""
        if self.is_used:
            raise RuntimeError(f"{self.row.task} sends a second letter: one job, one letter")
        self.is_used = True
        return self.row.handed_over_at is None

    def before(self) -> None:
        if self.notes and not self.notes.hold(self.row):
            raise Superseded

    def after(self) -> None:
        if self.notes:
            self.notes.write(self.row, sent=True)

    def take_back(self) -> None:
        if self.notes:
            self.notes.write(self.row, sent=False)


class Notes:
    """A second connection of a worker's thread, beside the transaction that the job runs in."""

    def __init__(self):
        self.connection = connection.copy()

    def hold(self, row: Outbox) -> bool:
        """Whether the row is still this worker's and its letter still here; if so, for a whole lease more."""
        self.connection.close_if_unusable_or_obsolete()
        with self.connection.cursor() as cursor:
            cursor.execute(HOLD, [lease(), row.pk, row.attempts])  # type: ignore[list-item]
            return cursor.rowcount == 1

    def write(self, row: Outbox, *, sent: bool) -> None:
        """Also when the database is just being started anew: half of the lease is left for that. What is not written
        down here is sent again."""
        deadline = time.monotonic() + settings.JOB_LEASE / 2
        while True:
            try:
                with self.connection.cursor() as cursor:
                    cursor.execute(NOTE, [sent, row.pk])
                return
            except DATABASE_FAULTS:
                if time.monotonic() > deadline:
                    raise
                self.connection.close()
                time.sleep(0.1)

    def close(self) -> None:
        self.connection.close()


def finish(row: Outbox) -> None:
    """The end of a row, in the transaction of its effects: whoever lost the lease loses the effects too."""
    mine = Outbox.objects.filter(pk=row.pk, attempts=row.attempts, done_at=None)
    if not mine.update(done_at=Now(), claimed_until=None, parked_at=None, last_error=""):
        raise Superseded
