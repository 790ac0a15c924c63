"""What the evidence ledger tells in a bulk export."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from features.accounts.bulk_exports import BulkExport, bulk_exports
from features.skills.models import SkillEvidence


def evidence_rows() -> Iterator[dict]:
    """Every cause of every level, also those that were taken back."""
    yield from (
        SkillEvidence.objects.order_by("pk")
        .values(
            "id", "person__handle", "skill__name", "kind", "strength", "measured", "error", "happened_at", "source",
            "recorded_at", "revoked_at",
        )
        .iterator(chunk_size=2000)
    )  # fmt: skip


def register() -> None:
    bulk_exports.register(
        "evidence", BulkExport(_("Evidence"), _("Every cause that any level of any skill rests on."), 40, evidence_rows)
    )
