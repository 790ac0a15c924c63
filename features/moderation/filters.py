"""Filters of the lists for those who run the site; they live in the URL."""

from datetime import timedelta

import django_filters as filters
from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.text import one_line
from features.accounts.models import Role, RoleGrant, User
from features.moderation.models import ExpertApplication, Sanction


def _search_box(words):
    return forms.TextInput(attrs={"class": "input", "type": "search", "autocomplete": "off", "placeholder": words})


def has_filters(found: filters.FilterSet) -> bool:
    """Whether some are set. Words are none: they stand in their own field."""
    return any(found.data.get(name) for name in found.filters if name != "q")


STATES = [
    ("active", _("Active")),
    ("suspended", _("Suspended")),
    ("limited", _("Silenced or limited")),
    ("closed", _("Closed")),
    ("demo", _("Invented, for the demo")),
]
JOINED = [("7", _("In the last 7 days")), ("30", _("In the last 30 days")), ("365", _("In the last year"))]


class PeopleFilter(filters.FilterSet):
    """By name or handle, and never by e-mail address: who searches by it would learn whose it is."""

    q = filters.CharFilter(
        label=_("Name or handle"), method="by_words", max_length=80, widget=_search_box(_("Name or handle"))
    )
    role = filters.ChoiceFilter(
        label=_("Role"),
        choices=lambda: [(role.value, role.label.partition(":")[0]) for role in Role],
        method="by_role",
        empty_label=_("Any"),
    )
    state = filters.ChoiceFilter(label=_("State"), choices=STATES, method="by_state", empty_label=_("Any"))
    joined = filters.ChoiceFilter(label=_("Joined"), choices=JOINED, method="by_joined", empty_label=_("Any time"))

    class Meta:
        model = User
        fields = []

    def by_words(self, queryset, _name, value):
        words = one_line(value).lstrip("@")
        return queryset.filter(Q(name__icontains=words) | Q(handle__startswith=words.lower()))

    def by_role(self, queryset, _name, value):
        return queryset.filter(Exists(RoleGrant.objects.in_force().filter(person=OuterRef("pk"), role=value)))

    def by_state(self, queryset, _name, value):
        if value == "active":
            return queryset.active()
        if value == "closed":
            return queryset.filter(is_active=False, suspended_until=None)
        if value == "demo":
            return queryset.filter(is_demo=True)
        holding = Sanction.objects.in_force().filter(person=OuterRef("pk"))
        suspended = Q(kind=Sanction.Kind.SUSPENSION)
        return queryset.filter(Exists(holding.filter(suspended if value == "suspended" else ~suspended)))

    def by_joined(self, queryset, _name, value):
        return queryset.filter(joined_at__gte=timezone.now() - timedelta(days=int(value)))


class ApplicationFilter(filters.FilterSet):
    state = filters.ChoiceFilter(
        label=_("State"),
        choices=[choice for choice in ExpertApplication.State.choices if choice[0] != "draft"],
        empty_label=_("Any"),
    )
    q = filters.CharFilter(
        label=_("Name or skill"), method="by_words", max_length=80, widget=_search_box(_("Name or skill"))
    )

    class Meta:
        model = ExpertApplication
        fields = []

    def by_words(self, queryset, _name, value):
        words = one_line(value)
        taught = ExpertApplication.objects.filter(pk=OuterRef("pk"), skills__name__icontains=words)
        return queryset.filter(Q(person__name__icontains=words) | Exists(taught))
