"""What a coupon can be for."""

from django.urls import reverse

from features.mentoring.models import MentorPage, Offer
from features.payments.services import Priced, price_lists


def on_sale(seller=None, pk: int | None = None) -> list[Priced]:
    found = Offer.objects.open().filter(price_minor__gt=0, is_for_mentees=False).select_related("mentor")
    found = found.filter(mentor__in=MentorPage.objects.shown().values("person")).order_by("-pk")
    if seller:
        found = found.filter(mentor=seller)
    if pk is not None:
        found = found.filter(pk=pk)
    return [
        Priced(
            key=f"offer:{row.pk}", line="booking", title=row.title, price_minor=row.price_minor,
            currency=row.currency, url=reverse("mentor_slots", args=[row.mentor.handle, row.pk]),
        )
        for row in found[:100]
    ]  # fmt: skip


def register():
    price_lists.register("offer", on_sale)
