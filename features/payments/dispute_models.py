from django.db import models
from django.db.models import Q
from django.urls import reverse

from core.models import QuerySet


class DisputeQuerySet(QuerySet):
    def with_cause(self):
        return self.select_related(
            "payment__order__buyer", "subscription_invoice__subscription__price__plan",
            "subscription_invoice__subscription__person",
        ).prefetch_related("payment__order__lines")  # fmt: skip


class Dispute(models.Model):
    """A buyer's bank wants the money back, of an order's payment or of one for a subscription. Stripe's state, as it
    said last."""

    payment = models.ForeignKey("payments.Payment", models.PROTECT, null=True, related_name="disputes")
    subscription_invoice = models.ForeignKey(
        "payments.SubscriptionInvoice", models.PROTECT, null=True, related_name="disputes"
    )
    stripe_id = models.CharField(max_length=255, unique=True)
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=40)
    reason = models.CharField(max_length=80, blank=True)
    opened_at = models.DateTimeField()
    answer_by = models.DateTimeField(null=True, help_text="Until when Stripe takes what speaks against it")
    closed_at = models.DateTimeField(null=True)

    objects = DisputeQuerySet.as_manager()

    WITH_THE_BANK = ("needs_response", "under_review")  # until it has decided

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(payment__isnull=False, subscription_invoice=None)
                | Q(payment=None, subscription_invoice__isnull=False),
                name="a_dispute_is_about_one_payment",
            )
        ]

    @property
    def is_with_the_bank(self) -> bool:
        return self.state in self.WITH_THE_BANK

    @property
    def paid(self):
        """What is disputed: it knows its amount and currency."""
        return self.payment or self.subscription_invoice

    @property
    def person(self):
        return self.payment.order.buyer if self.payment else self.subscription_invoice.subscription.person

    @property
    def cause_url(self) -> str:
        """For whoever runs the site."""
        if self.payment is None:
            return reverse("manage_subscription_payment", args=[self.subscription_invoice_id])
        return reverse("manage_order", args=[self.payment.order.public_id])

    @property
    def title(self) -> str:
        """Of what was bought, in the words of that day."""
        if self.payment is None:
            return self.subscription_invoice.subscription.price.plan.name
        return ", ".join(line.title for line in self.payment.order.lines.all())
