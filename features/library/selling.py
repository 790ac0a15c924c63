"""What a coupon can be for."""

from features.library.models import Work
from features.payments.services import Priced, price_lists


def on_sale(seller=None, pk: int | None = None) -> list[Priced]:
    found = Work.objects.listed().filter(price_minor__gt=0).order_by("-pk")
    if seller:
        found = found.filter(author=seller)
    if pk is not None:
        found = found.filter(pk=pk)
    return [
        Priced(
            key=row.key, line="entitlement", title=row.title, price_minor=row.price_minor, currency=row.currency,
            url=row.get_absolute_url(),
        )
        for row in found[:100]
    ]  # fmt: skip


def register():
    price_lists.register("library", on_sale)
