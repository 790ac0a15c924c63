"""Selling the right to use something: the entitlement is the held row of its own order, and begins when that is
paid."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import make_public_id
from core.registry import Registry
from features.payments.models import Entitlement, Order, OrderLine
from features.payments.services.entitlements import entitled
from features.payments.services.orders import Fulfilment, Line, fulfilments, open_order
from features.payments.signals import access_given, access_refunded

HOLD = timedelta(minutes=30)
KIND = "entitlement"

# By the first part of a key: (what follows it) -> the page of the thing.
key_pages: Registry = Registry("pages of what is sold by key")


class SaleRefused(Exception):
    """`code` is stable; `words` name the next step."""

    def __init__(self, code, words):
        super().__init__(code)
        self.code, self.words = code, words


def sell(
    *, person, key: str, title: str, unit_minor: int, currency: str, seller, policy: dict, now: datetime | None = None
) -> Order:
    """An order for `key`, or the one that is open for it already. Raises SaleRefused and OrderRefused."""
    now = now or timezone.now()
    if entitled(person, key, now):
        raise SaleRefused("yours", _("You have it already."))
    try:
        return _sell(person, key, title, unit_minor, currency, seller, policy, now)
    except IntegrityError:
        open_ones = Entitlement.objects.filter(person=person, key=key, source="purchase", revoked_at=None)
        found = open_ones.exclude(held_until=None).first()
        if found is None:
            raise SaleRefused("yours", _("You have it already.")) from None
        return Order.objects.get(lines__kind=KIND, lines__ref=str(found.pk))


@transaction.atomic
def _sell(person, key, title, unit_minor, currency, seller, policy, now) -> Order:
    held = Entitlement.objects.create(
        person=person, key=key, source="purchase", ref=make_public_id(), starts_at=now, held_until=now + HOLD
    )
    line = Line(
        kind=KIND,
        ref=str(held.pk),
        title=title,
        unit_minor=unit_minor,
        currency=currency,
        seller_id=seller and seller.pk,
        policy=policy,
    )
    return open_order(buyer=person, lines=[line], hold_until=held.held_until, now=now)


class EntitlementFulfilment(Fulfilment):
    """What an order asks of the right that it is about."""

    def confirm(self, ref: str, now: datetime) -> None:
        held = Entitlement.objects.select_related("person").get(pk=ref)
        if held.held_until is None and held.revoked_at is None:
            return
        held.held_until = held.revoked_at = None
        held.starts_at = now
        held.save(update_fields=["held_until", "revoked_at", "starts_at"])
        access_given.send(Entitlement, entitlement=held)

    def release(self, ref: str, now: datetime) -> None:
        Entitlement.objects.filter(pk=ref).exclude(held_until=None).update(revoked_at=now)

    def extend(self, ref: str, until: datetime) -> None:
        Entitlement.objects.filter(pk=ref).exclude(held_until=None).update(held_until=until)

    def reseat(self, ref: str, now: datetime) -> bool:
        """Late money gives it after all, unless it was bought once more meanwhile."""
        held = Entitlement.objects.get(pk=ref)
        again = Entitlement.objects.filter(
            person=held.person_id, key=held.key, source="purchase", revoked_at=None
        ).exclude(pk=ref)
        if again.exists():
            return False
        self.confirm(ref, now)
        return True

    def refunded(self, ref: str, now: datetime) -> None:
        """All that was paid for it went back, whoever decided that."""
        held = Entitlement.objects.select_for_update(of=("self",)).filter(pk=ref).select_related("person").first()
        if held and held.revoked_at is None:
            held.revoked_at = now
            held.save(update_fields=["revoked_at"])
            access_refunded.send(Entitlement, entitlement=held)

    def thing(self, ref: str) -> str:
        held = Entitlement.objects.filter(pk=ref).first()
        return held.key if held else ""

    def delivered_at(self, ref: str) -> datetime | None:
        """The right begins, and all that it opens is there."""
        return Entitlement.objects.get(pk=ref).starts_at

    def page(self, ref: str) -> str:
        held = Entitlement.objects.filter(pk=ref).first()
        feature, _colon, rest = held.key.partition(":") if held else ("", "", "")
        return key_pages[feature](rest) if feature in key_pages else ""


fulfilments.register(KIND, EntitlementFulfilment())


def purchase_of(person, key: str) -> OrderLine | None:
    """The line by which somebody bought what they have."""
    held = Entitlement.objects.filter(person=person, key=key, source="purchase", revoked_at=None, held_until=None)
    return OrderLine.objects.filter(kind=KIND, ref__in=[str(row.pk) for row in held]).select_related("order").first()


def end_purchase(*, ref: str, now: datetime) -> None:
    """What was bought by the line with this ref ends: its money is on the way back."""
    Entitlement.objects.filter(pk=ref, revoked_at=None).update(revoked_at=now)
