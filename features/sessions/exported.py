"""What sessions tells in a bulk export."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from features.accounts.bulk_exports import BulkExport, bulk_exports
from features.sessions.models import Registration, SkillSession

AT_ONCE = 2000


def session_rows() -> Iterator[dict]:
    yield from (
        SkillSession.objects.filter(published_at__isnull=False)
        .order_by("pk")
        .values(
            "id", "title", "host__handle", "kind", "format", "level", "language", "starts_at", "ends_at", "time_zone",
            "capacity", "seats_taken", "price_minor", "top_price_minor", "currency", "published_at", "cancelled_at",
        )
        .iterator(chunk_size=AT_ONCE)
    )  # fmt: skip


def seat_rows() -> Iterator[dict]:
    """Without the notes, which were written to the host."""
    yield from (
        Registration.objects.order_by("pk")
        .values(
            "public_id", "session_id", "ticket__name", "person__handle", "registered_at", "confirmed_at",
            "cancelled_at", "attendance__state", "attendance__source",
        )
        .iterator(chunk_size=AT_ONCE)
    )  # fmt: skip


def register() -> None:
    bulk_exports.register(
        "sessions",
        BulkExport(
            _("Sessions"), _("Everything that was published, with its host, times and seats."), 20, session_rows
        ),
    )
    bulk_exports.register(
        "seats",
        BulkExport(_("Seats"), _("Who registered for what, and who was there. Without the notes."), 30, seat_rows),
    )
