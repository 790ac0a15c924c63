from datetime import UTC

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet


class BillingDetails(models.Model):
    """What somebody wants on their invoices. Who says nothing is named by their name alone."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="billing_details")
    name = models.CharField(_("name or company"), max_length=120)
    address = models.TextField(_("address"), max_length=400)
    country = models.CharField(_("country"), max_length=2, help_text=_("Two letters, such as PT."))
    vat_id = models.CharField(
        _("VAT number"), max_length=20, blank=True, help_text=_("For companies in the EU, with the country's letters.")
    )
    changed_at = models.DateTimeField(default=timezone.now)


class InvoiceCounter(models.Model):
    """The last number of a series. Its row stays locked until the invoice that took the number is committed, so that a
    number that was not used is the next one's."""

    series = models.CharField(max_length=20, primary_key=True)
    last = models.PositiveIntegerField(default=0)


class InvoiceQuerySet(QuerySet):
    def of(self, person):
        return self.filter(person=person)


class Invoice(models.Model):
    """What was sold, by whom to whom, as it was on that day. A trigger refuses every change."""

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("Invoice")
        CREDIT_NOTE = "credit_note", _("Credit note")
        CANCELLATION = "cancellation", _("Cancellation of a credit note")

    class Rule(models.TextChoices):
        INCLUDED = "included", _("VAT is included")
        REVERSE = "reverse", _("Reverse charge: the recipient owes the VAT")
        NONE = "none", _("No VAT is charged")

    kind = models.CharField(max_length=12, choices=Kind)
    series = models.CharField(max_length=20)
    place = models.PositiveIntegerField(help_text="Without gaps within the series")
    number = models.CharField(max_length=32, unique=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="invoices")
    payment = models.ForeignKey("payments.Payment", models.PROTECT, null=True, related_name="invoices")
    subscription_invoice = models.OneToOneField(
        "payments.SubscriptionInvoice", models.PROTECT, null=True, related_name="invoice"
    )
    refund = models.OneToOneField("payments.Refund", models.PROTECT, null=True, related_name="credit_note")
    subscription_refund = models.OneToOneField(
        "payments.SubscriptionRefund", models.PROTECT, null=True, related_name="credit_note"
    )
    dispute = models.OneToOneField("payments.Dispute", models.PROTECT, null=True, related_name="credit_note")
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")
    seller = models.JSONField(help_text="name, address, country, vat_id")
    buyer = models.JSONField(help_text="name, address, country, vat_id")
    lines = models.JSONField(help_text="title, quantity, total_minor")
    currency = models.CharField(max_length=3)
    vat_rule = models.CharField(max_length=10, choices=Rule)
    vat_percent = models.DecimalField(max_digits=4, decimal_places=2, default=0)
    net_minor = models.BigIntegerField()
    vat_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField(help_text="Below nothing on a credit note")
    supplied_at = models.DateTimeField(help_text="When it was paid, or paid back")
    issued_at = models.DateTimeField(default=timezone.now)

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "place"], name="each_number_once"),
            models.UniqueConstraint(fields=["payment"], condition=Q(kind="invoice"), name="one_invoice_of_a_payment"),
            models.CheckConstraint(
                condition=Q(total_minor=F("net_minor") + F("vat_minor")), name="net_and_vat_are_the_total"
            ),
            models.CheckConstraint(
                condition=Q(kind="invoice", corrects=None, total_minor__gt=0)
                | Q(kind="credit_note", corrects__isnull=False, total_minor__lt=0)
                | Q(kind="cancellation", corrects__isnull=False, total_minor__gt=0),
                name="credit_notes_correct_invoices",
            ),
            models.UniqueConstraint(
                fields=["corrects"], condition=Q(kind="cancellation"), name="one_cancellation_of_a_credit_note"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-id"], name="invoices_of_person"),
            models.Index(fields=["issued_at", "id"], name="invoices_by_day"),
        ]

    def __str__(self):
        return self.number

    @property
    def issued_on(self):
        """The day that stands on it and decides its year and month, wherever it is read."""
        return self.issued_at.astimezone(UTC).date()

    @property
    def supplied_on(self):
        return self.supplied_at.astimezone(UTC).date()
