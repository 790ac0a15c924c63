"""Search and filters of the list. They live in the URL, so that a list can be shared and works without JavaScript."""

import django_filters as filters
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from core import languages
from core.filters import Faceted, WordsFilter
from features.discovery import services as discovery
from features.library.models import Work
from features.skills.models import Level, Skill

PRICE = [("free", _("Free")), ("paid", _("With a price"))]


class WorkFilter(Faceted):
    q = WordsFilter(method="by_words")
    skill = filters.CharFilter(method="by_skill", max_length=110)
    author = filters.CharFilter(field_name="author__handle", max_length=30)
    kind = filters.MultipleChoiceFilter(choices=Work.Kind)
    level = filters.MultipleChoiceFilter(choices=Level)
    price = filters.MultipleChoiceFilter(choices=PRICE, method="by_price")
    language = filters.MultipleChoiceFilter(choices=languages.choices)

    FACETS = {"kind": _("Kind"), "level": _("Level"), "price": _("Price"), "language": _("Language")}
    PARTS = "kind"

    class Meta:
        model = Work
        fields = []

    def __init__(self, data):
        super().__init__(data, queryset=Work.objects.listed())

    def condition(self, name, value):
        if name == "price":
            return Q(price_minor=0) if value == "free" else Q(price_minor__gt=0)
        return super().condition(name, value)

    def by_words(self, queryset, _name, value):
        return queryset.filter(pk__in=discovery.matching_refs("work", value))

    def by_skill(self, queryset, _name, value):
        wanted = Skill.objects.at_or_below(value)
        about = Work.skills.through.objects.filter(work=OuterRef("pk"), skill__in=wanted)
        return queryset.filter(Exists(about))

    def by_price(self, queryset, _name, value):
        return queryset if len(value) == len(PRICE) else queryset.filter(self.condition("price", value[0]))
