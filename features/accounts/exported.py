"""What accounts tells in a bulk export."""

from collections.abc import Iterator

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from features.accounts.bulk_exports import BulkExport, bulk_exports
from features.accounts.models import RoleGrant, User


def people_rows() -> Iterator[dict]:
    """Everybody who has come in, oldest first. Whoever was erased is not among them."""
    in_force = Q(role_grants__in=RoleGrant.objects.in_force())
    people = (
        User.objects.confirmed()
        .exclude(closure__erased_at__isnull=False)
        .annotate(roles=ArrayAgg("role_grants__role", filter=in_force, distinct=True, default=[]))
        .order_by("pk")
    )
    yield from people.values(
        "id",
        "handle",
        "name",
        "email",
        "headline",
        "languages",
        "time_zone",
        "joined_at",
        "last_login",
        "is_active",
        "roles",
    ).iterator(chunk_size=2000)


def register() -> None:
    bulk_exports.register(
        "people", BulkExport(_("People"), _("Who is here, since when, and in which roles."), 10, people_rows)
    )
