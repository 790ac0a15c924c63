"""Gifts: days of a plan that somebody pays for once, and that whoever has the address takes. Days that are left when
the receiver subscribes are free days of the subscription."""

import math
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from features.accounts.models import User
from features.payments.models import Entitlement, Gift, Order, Plan, Subscription
from features.payments.services.entitlements import end_entitlements, entitle
from features.payments.services.orders import Fulfilment, Line, fulfilments, is_set_up, open_order
from features.payments.services.refunds import refund_thing
from features.payments.services.selling import HOLD, SaleRefused

KIND = "gift"
DAYS = {Plan.Interval.MONTH: 30, Plan.Interval.YEAR: 365}
GIVEN_BACK_WITHIN = timedelta(days=14)


@transaction.atomic
def give(*, plan: Plan, giver: User, words: str = "", now: datetime | None = None) -> Order:
    """An order for a gift at the plan's price of today. Raises SaleRefused."""
    now = now or timezone.now()
    if not is_set_up() or plan.withdrawn_at:
        raise SaleRefused("not_sold", _("This plan is not sold here. Choose another one."))
    gift = Gift.objects.create(
        plan=plan, giver=giver, days=DAYS[Plan.Interval(plan.interval)], words=words, made_at=now
    )
    price = plan.price
    line = Line(
        kind=KIND, ref=str(gift.pk), title=str(_("A gift: %(plan)s")) % {"plan": plan}, unit_minor=price.amount_minor,
        currency=price.currency,
    )  # fmt: skip
    return open_order(buyer=giver, lines=[line], hold_until=now + HOLD, now=now)


@transaction.atomic
def take(*, gift: Gift, person: User, now: datetime | None = None) -> Entitlement:
    """Its days begin now, or when days of another gift are over. Once, by one person. Raises SaleRefused."""
    now = now or timezone.now()
    User.objects.select_for_update(no_key=True).get(pk=person.pk)  # of two gifts at once, one begins after the other
    gift = Gift.objects.select_for_update(of=("self",)).select_related("plan").get(pk=gift.pk)
    if refused := why_not_take(gift, person):
        raise refused
    if gift.receiver_id is None:
        Gift.objects.filter(pk=gift.pk).update(receiver=person, taken_at=now)
    ref = f"gift:{gift.pk}"
    known = Entitlement.objects.filter(person=person, source="gift", ref=ref).first()
    if known:
        return known
    begins = max([now, *_ends_of_gifts(person, gift.plan.key, now)])
    return entitle(
        person=person, key=gift.plan.key, source="gift", ref=ref, starts_at=begins,
        until=begins + timedelta(days=gift.days),
    )  # fmt: skip


def why_not_take(gift: Gift, person: User) -> SaleRefused | None:
    if gift.paid_at is None or gift.ended_at:
        return SaleRefused("no_gift", _("This gift is not there any more. Ask who sent you the link."))
    if gift.receiver_id not in (None, person.pk):
        return SaleRefused("taken", _("Somebody has taken this gift already. Ask who sent you the link."))
    if gift.receiver_id is None and Subscription.objects.going_on().filter(person=person).exists():
        words = _("You have a subscription. Pass the link on, or come back when your subscription is over.")
        return SaleRefused("yours", words)
    return None


def _ends_of_gifts(person, key, now) -> list[datetime]:
    gifts = Entitlement.objects.filter(person=person, key=key, source="gift", revoked_at=None, until__gt=now)
    return [gift.until for gift in gifts if gift.until]


def gift_days_left(person: User, key: str, now: datetime) -> int:
    """What a new subscription begins with for nothing: whole days, the one that has begun counts."""
    ends = max(_ends_of_gifts(person, key, now), default=now)
    return math.ceil((ends - now) / timedelta(days=1))


@transaction.atomic
def give_back_gift(*, gift: Gift, by: User, now: datetime | None = None) -> None:
    """Nobody has taken it: the money goes back to the giver, for two weeks. Once. Raises SaleRefused."""
    now = now or timezone.now()
    gift = Gift.objects.select_for_update().get(pk=gift.pk)
    if not may_give_back_gift(gift, now):
        raise SaleRefused("too_late", _("A gift can be given back for 14 days, as long as nobody has taken it."))
    Gift.objects.filter(pk=gift.pk).update(ended_at=now)
    refund_thing(KIND, gift.pk, source="buyer", by=by, now=now)


def may_give_back_gift(gift: Gift, now: datetime) -> bool:
    if gift.paid_at is None or gift.taken_at or gift.ended_at:
        return False
    return gift.paid_at + GIVEN_BACK_WITHIN > now


class GiftFulfilment(Fulfilment):
    """What an order asks of the gift that it is about. It is never sold out: late money is good money."""

    def confirm(self, ref: str, now: datetime) -> None:
        Gift.objects.filter(pk=ref, paid_at=None).update(paid_at=now, ended_at=None)

    def release(self, ref: str, now: datetime) -> None:
        Gift.objects.filter(pk=ref, paid_at=None, ended_at=None).update(ended_at=now)

    def reseat(self, ref: str, now: datetime) -> bool:
        self.confirm(ref, now)
        return True

    def refunded(self, ref: str, now: datetime) -> None:
        """All that was paid for it went back: what it opened closes."""
        Gift.objects.filter(pk=ref, ended_at=None).update(ended_at=now)
        end_entitlements(source="gift", ref=f"gift:{ref}", now=now)

    def delivered_at(self, ref: str) -> datetime | None:
        """Taken, or too late to be given back."""
        gift = Gift.objects.get(pk=ref)
        return gift.taken_at or (gift.paid_at + GIVEN_BACK_WITHIN if gift.paid_at else None)

    def page(self, ref: str) -> str:
        return reverse("gift", args=[Gift.objects.values_list("code", flat=True).get(pk=ref)])


fulfilments.register(KIND, GiftFulfilment())
