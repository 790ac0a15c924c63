"""What a coupon can be for."""

from features.mentoring.models import MentorPage, Offer
from features.payments.services import Priced, price_lists

LINES = {Offer.Kind.REVIEW: "written_review"}


def on_sale(seller=None, pk: int | None = None) -> list[Priced]:
    found = Offer.objects.open().filter(price_minor__gt=0, is_for_mentees=False).select_related("mentor")
    found = found.filter(mentor__in=MentorPage.objects.shown().values("person")).order_by("-pk")
    if seller:
        found = found.filter(mentor=seller)
    if pk is not None:
        found = found.filter(pk=pk)
    return [
        Priced(
            key=f"offer:{row.pk}", line=LINES.get(row.kind, "booking"), title=row.title, price_minor=row.price_minor,
            currency=row.currency, url=row.get_absolute_url(),
        )
        for row in found[:100]
    ]  # fmt: skip


def register():
    price_lists.register("offer", on_sale)
