"""What can be subscribed to. A price is never changed: a new one is put beside it, for whoever begins from then on."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from features.accounts.services import audit
from features.payments import stripe_client as stripe
from features.payments.models import Plan, PlanPrice
from features.payments.services.orders import is_set_up
from features.payments.services.selling import SaleRefused


@transaction.atomic
def save_plan(*, plan: Plan, amount_minor: int, currency: str, by, now: datetime | None = None) -> Plan:
    """A new plan, or another price for a known one. Raises SaleRefused."""
    if not is_set_up():
        raise SaleRefused("payments_not_set_up", _("Nothing can be sold here yet."))
    if plan.pk and plan.interval != Plan.objects.values_list("interval", flat=True).get(pk=plan.pk):
        words = _("How often it is paid stays as it is, for whoever has it pays so. Make another plan for that.")
        raise SaleRefused("interval", words)
    plan.made_by = plan.made_by or by
    plan.save()
    known = plan.prices.order_by("-pk").first()
    if known is None or (known.amount_minor, known.currency) != (amount_minor, currency):
        PlanPrice.objects.create(plan=plan, amount_minor=amount_minor, currency=currency, since=now or timezone.now())
    audit(by, "plan.saved", f"plan:{plan.pk}", ["price"])
    return plan


@transaction.atomic
def withdraw_plan(*, plan: Plan, by, now: datetime | None = None) -> None:
    """Nobody begins it any more. Who has it keeps it."""
    Plan.objects.filter(pk=plan.pk, withdrawn_at=None).update(withdrawn_at=now or timezone.now())
    audit(by, "plan.withdrawn", f"plan:{plan.pk}", [])


def price_at_stripe(price: PlanPrice) -> str:
    """Its id there, made when it is needed first. The row names the call, so that it is made once."""
    if not price.stripe_id:
        params = {
            "currency": price.currency.lower(),
            "unit_amount": price.amount_minor,
            "recurring": {"interval": price.plan.interval},
            "product_data": {"name": price.plan.name},
            "metadata": {"price": str(price.pk)},
        }
        made = stripe.call(lambda v1: v1.prices.create, params=params, key=f"price-{price.pk}")
        price.stripe_id = made["id"]
        PlanPrice.objects.filter(pk=price.pk).update(stripe_id=made["id"])
    return price.stripe_id
