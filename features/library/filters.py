"""Search and filters of the list. They live in the URL, so that a list can be shared and works without JavaScript."""

import django_filters as filters
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from core import languages
from core.filters import Faceted, WordsFilter
from features.discovery import services as discovery
from features.library.models import Work
from features.skills.models import Level, Skill

PRICE = [("free", _("Free")), ("paid", _("With a price"))]


class WorkFilter(Faceted, filters.FilterSet):
    q = WordsFilter(method="by_words")
    skill = filters.CharFilter(method="by_skill", max_length=110)
    author = filters.CharFilter(field_name="author__handle", max_length=30)
    kind = filters.MultipleChoiceFilter(choices=Work.Kind)
    level = filters.MultipleChoiceFilter(choices=Level)
    price = filters.MultipleChoiceFilter(choices=PRICE, method="by_price")
    language = filters.MultipleChoiceFilter(choices=languages.choices)

    FACETS = {"kind": _("Kind"), "level": _("Level"), "price": _("Price"), "language": _("Language")}

    class Meta:
        model = Work
        fields = []

    def __init__(self, data):
        super().__init__(data, queryset=Work.objects.listed())
        self.form.is_valid()
        # A value nobody offered is left out rather than answered with an error: the URL may be old or mistyped.
        self.chosen = {k: v for k, v in self.form.cleaned_data.items() if v not in (None, "", [])}

    def matching(self, without=(), words=""):
        found = self.queryset
        for name, value in self.chosen.items():
            if name not in without:
                found = self.filters[name].filter(found, words if words and name == "q" else value)
        return found

    def counts(self) -> dict[str, dict[str, int]]:
        """How many works each choice would show. Facets that are not set share one query; each set one adds one."""
        unset = [name for name in self.FACETS if name not in self.chosen]
        counts = self._count(unset, self.matching())
        for name in self.FACETS.keys() - set(unset):
            counts |= self._count([name], self.matching(without=[name]))
        return counts

    def _count(self, names, found):
        asked = [(name, str(value), self._meaning(name, value)) for name in names for value, _l in self.choices(name)]
        values = (
            found.aggregate(**{f"n{i}": Count("pk", filter=q) for i, (_n, _v, q) in enumerate(asked)}) if asked else {}
        )
        counts: dict[str, dict[str, int]] = {name: {} for name in names}
        for i, (name, value, _q) in enumerate(asked):
            counts[name][value] = values[f"n{i}"]
        return counts

    def _meaning(self, name, value):
        if name == "price":
            return Q(price_minor=0) if value == "free" else Q(price_minor__gt=0)
        return Q(**{name: value})

    def by_words(self, queryset, _name, value):
        return queryset.filter(pk__in=discovery.matching_refs("work", value))

    def by_skill(self, queryset, _name, value):
        wanted = Skill.objects.at_or_below(value)
        about = Work.skills.through.objects.filter(work=OuterRef("pk"), skill__in=wanted)
        return queryset.filter(Exists(about))

    def by_price(self, queryset, _name, value):
        return queryset if len(value) == len(PRICE) else queryset.filter(self._meaning("price", value[0]))
