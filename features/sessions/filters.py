"""Search and filters of the list. They live in the URL, so that a list can be shared and works without JavaScript."""

from datetime import timedelta

import django_filters as filters
from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import languages
from core.filters import Faceted, WordsFilter
from features.calendar import services as calendar
from features.discovery import services as discovery
from features.sessions.models import Format, Kind, SessionSkill, SkillSession
from features.sessions.selling import COSTS
from features.skills.models import Level, Skill

WHEN = [("today", _("Today")), ("week", _("Next 7 days")), ("weekend", _("Next weekend")), ("month", _("Next 30 days"))]
PRICE = [("free", _("Free")), ("paid", _("With a price"))]


def window(name, now):
    """[from, until) of a named window in the viewer's time zone."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)

    def day(n):
        # Calendar days, not 24 hours: a day in March or October is an hour shorter or longer.
        return timezone.make_aware((midnight + timedelta(days=n)).replace(tzinfo=None))

    if name == "weekend":
        saturday = (5 - midnight.weekday()) % 7
        return (now if midnight.weekday() == 6 else day(saturday)), day(1 if midnight.weekday() == 6 else saturday + 2)
    return now, day({"today": 1, "week": 8, "month": 31}[name])


def in_window(name, now):
    start, end = window(name, now)
    return Q(starts_at__gte=start, starts_at__lt=end)


class SessionFilter(Faceted):
    q = WordsFilter(method="by_words")
    skill = filters.CharFilter(method="by_skill", max_length=110)
    when = filters.ChoiceFilter(choices=WHEN, method="by_window")
    level = filters.MultipleChoiceFilter(choices=Level)
    kind = filters.MultipleChoiceFilter(choices=Kind)
    format = filters.MultipleChoiceFilter(choices=Format, method="by_format")
    price = filters.MultipleChoiceFilter(choices=PRICE, method="by_price")
    language = filters.MultipleChoiceFilter(choices=languages.choices)
    fits = filters.BooleanFilter(method="by_free_time", widget=forms.CheckboxInput)

    FACETS = {
        "when": _("When"), "level": _("Level"), "kind": _("Kind"), "format": _("Format"),
        "price": _("Price"), "language": _("Language"),
    }  # fmt: skip
    PARTS = "kind"

    class Meta:
        model = SkillSession
        fields = []

    def __init__(self, data, *, now, person):
        self.now = now
        super().__init__(data, queryset=SkillSession.objects.upcoming(now), person=person)

    def condition(self, name, value):
        if name == "when":
            return in_window(value, self.now)
        if name == "price":
            return Q(price_minor=0) if value == "free" else COSTS
        if name == "format":
            return Q(format=value) | Q(is_hybrid=True)
        return super().condition(name, value)

    def by_words(self, queryset, _name, value):
        return queryset.filter(pk__in=discovery.matching_refs("session", value))

    def by_skill(self, queryset, _name, value):
        wanted = Skill.objects.at_or_below(value)
        return queryset.filter(Exists(SessionSkill.objects.filter(session=OuterRef("pk"), skill__in=wanted)))

    def by_window(self, queryset, _name, value):
        return queryset.filter(in_window(value, self.now))

    def by_price(self, queryset, _name, value):
        return queryset if len(value) == len(PRICE) else queryset.filter(self.condition("price", value[0]))

    def by_format(self, queryset, _name, value):
        return queryset.filter(Q(format__in=value) | Q(is_hybrid=True))

    def by_free_time(self, queryset, _name, _value):
        return calendar.fits_free_time(queryset, self.person, "starts_at", "ends_at")
