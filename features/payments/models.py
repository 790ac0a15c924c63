from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.models import QuerySet, make_public_id


class Order(models.Model):
    """What one person agreed to buy, at what price. An order of nothing but free lines settles as it is opened."""

    public_id = models.CharField(max_length=22, unique=True, default=make_public_id, editable=False)
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="orders")
    currency = models.CharField(max_length=3)
    opened_at = models.DateTimeField(default=timezone.now)
    hold_until = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="order_currency_is_iso_4217"),
        ]
        indexes = [
            models.Index(fields=["hold_until"], name="order_open_holds", condition=Q(settled_at=None, released_at=None))
        ]


class OrderLine(models.Model):
    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    kind = models.CharField(max_length=40, help_text="Names the fulfilment that hands the thing over")
    ref = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    quantity = models.PositiveIntegerField(default=1)
    unit_minor = models.BigIntegerField(help_text="Price of one, in the currency's minor unit")
    currency = models.CharField(max_length=3)
    seller = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="sold_lines", null=True)
    policy = models.JSONField(default=dict, help_text="The refund policy as it was when this was bought")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(unit_minor__gte=0), name="order_line_price_not_negative"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="order_line_has_quantity"),
            models.UniqueConstraint(fields=["kind", "ref"], name="one_order_line_per_thing"),
        ]


from features.payments.entitlement_models import Entitlement  # noqa: E402, F401 - models of their own module
