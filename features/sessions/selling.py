"""What a coupon can be for."""

from django.db.models import Q
from django.utils import timezone

from features.payments.services import Priced, price_lists
from features.sessions.models import SkillSession

# Of a session with kinds of ticket the highest price says whether it costs anything.
COSTS = Q(price_minor__gt=0) | Q(top_price_minor__gt=0)


def on_sale(seller=None, pk: int | None = None) -> list[Priced]:
    found = SkillSession.objects.upcoming(timezone.now()).filter(COSTS).order_by("starts_at", "pk")
    if seller:
        found = found.filter(host=seller)
    if pk is not None:
        found = found.filter(pk=pk)
    return [
        Priced(
            key=f"session:{row.pk}", line="registration", title=row.title,
            price_minor=row.top_price_minor or row.price_minor, currency=row.currency, url=row.get_absolute_url(),
        )
        for row in found[:100]
    ]  # fmt: skip


def register():
    price_lists.register("session", on_sale)
