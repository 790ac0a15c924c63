"""The audit log by who did it, whom or what it is about, what was done, and when; the filters live in the URL."""

from datetime import datetime, time, timedelta

import django_filters as filters
from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.text import one_line
from features.accounts.models import AuditEntry, User
from features.accounts.services import audit_acts, audit_things

MOST = 200  # people whom some words name: more of them name nobody


def _acts() -> list[tuple[str, str]]:
    """Each act that has words of its own. Families whose words depend on the act are named by their code."""
    named = {code: act.words for code, act in audit_acts.items() if isinstance(act.words, str | Promise)}
    families = [code for code in audit_acts if code not in named]
    found = [(code, str(words)) for code, words in named.items()]
    return sorted(found + [(code, code.replace("_", " ")) for code in families], key=lambda choice: choice[1])


def _people(words: str) -> list[int]:
    plain = one_line(words).lstrip("@")
    if not plain:
        return []
    found = User.objects.filter(Q(name__icontains=plain) | Q(handle__startswith=plain.lower()))
    return list(found.order_by("pk").values_list("pk", flat=True)[:MOST])


def _things(words: str) -> list[str]:
    """Keys that "Session 12" or "order:7" may stand for."""
    plain = one_line(words)
    named, _space, ref = plain.rpartition(" ")
    kinds = [kind for kind, thing in audit_things.items() if str(thing.label).lower() == named.lower()]
    return [plain, *(f"{kind}:{ref}" for kind in kinds)]


def _day(day, days: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=days), time.min))


def _words(label):
    return forms.TextInput(attrs={"class": "input", "type": "search", "autocomplete": "off", "placeholder": label})


def _date():
    return forms.DateInput(attrs={"class": "input", "type": "date"}, format="%Y-%m-%d")


class AuditFilter(filters.FilterSet):
    q = filters.CharFilter(
        label=_("A person, or a thing such as Session 12"), method="by_thing", max_length=80,
        widget=_words(_("A person, or a thing such as Session 12")),
    )  # fmt: skip
    by = filters.CharFilter(label=_("Done by"), method="by_actor", max_length=80, widget=_words(_("Name or handle")))
    act = filters.ChoiceFilter(label=_("Did"), choices=_acts, method="by_act", empty_label=_("Anything"))
    since = filters.DateFilter(label=_("From"), method="from_day", widget=_date())
    until = filters.DateFilter(label=_("Until"), method="to_day", widget=_date())

    class Meta:
        model = AuditEntry
        fields = []

    def by_thing(self, queryset, _name, value):
        """What was done to it, and what it was part of."""
        keys = [*_things(value), *(f"person:{pk}" for pk in _people(value))]
        return queryset.filter(Q(target__in=keys) | Q(fields__overlap=keys))

    def by_actor(self, queryset, _name, value):
        return queryset.filter(actor_id__in=_people(value))

    def by_act(self, queryset, _name, value):
        return queryset.filter(Q(act=value) | Q(act__startswith=f"{value}."))

    def from_day(self, queryset, _name, value):
        return queryset.filter(happened_at__gte=_day(value))

    def to_day(self, queryset, _name, value):
        return queryset.filter(happened_at__lt=_day(value, 1))
