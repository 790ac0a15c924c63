"""Filters of the organiser's money page; they live in the URL."""

import django_filters as filters
from django import forms
from django.utils.translation import gettext_lazy as _

from features.payments.models import Payment

STATES = [("back", _("Paid back, at least in part")), ("stray", _("Bought nothing")), ("disputed", _("In dispute"))]


class PaymentFilter(filters.FilterSet):
    q = filters.CharFilter(
        label=_("Id at Stripe, or of the order"), method="by_id", widget=forms.TextInput({"class": "input"})
    )
    state = filters.ChoiceFilter(label=_("State"), choices=STATES, method="by_state", empty_label=_("All"))

    class Meta:
        model = Payment
        fields = ()

    def by_id(self, queryset, _name, value):
        value = value.strip()[:255]
        found = queryset.filter(stripe_id=value) | queryset.filter(charge_id=value)
        return found | queryset.filter(order__public_id=value)

    def by_state(self, queryset, _name, value):
        if value == "back":
            return queryset.filter(refunded_minor__gt=0)
        if value == "stray":
            return queryset.filter(is_kept=False)
        return queryset.filter(disputes__closed_at=None, disputes__isnull=False).distinct()
