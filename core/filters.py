from dataclasses import dataclass

import django_filters as filters
from django import forms
from django.db.models import Count, Q
from django.utils.functional import cached_property

LONGEST = 200


class _Words(forms.CharField):
    def to_python(self, value):
        return super().to_python(value)[:LONGEST].strip()


class WordsFilter(filters.CharFilter):
    """Words that are looked for. Of a whole page of them the beginning is: if they were left out, the list would show
    all there is as if that fitted."""

    field_class = _Words


class Chosen(filters.FilterSet):
    """The filters of a list, which live in its address; `chosen` holds what is on, by name."""

    def __init__(self, data, *, queryset, person=None):
        super().__init__(data, queryset=queryset)
        self.person = person
        self.form.is_valid()
        # A value nobody offered is left out rather than answered with an error: the URL may be old or mistyped.
        self.chosen = {k: v for k, v in self.form.cleaned_data.items() if v not in (None, "", [], False)}
        if "fits" in self.chosen and not person.is_authenticated:  # whose free time?
            del self.chosen["fits"]

    def matching(self, without=(), words=""):
        """What is to be listed: but for the filters `without`, and with other `words`."""
        found = self.queryset
        for name, value in self.chosen.items():
            if name not in without:
                found = self.filters[name].filter(found, words if words and name == "q" else value)
        return found


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    count: int | None  # where it would cost too much to know
    is_on: bool


@dataclass(frozen=True, slots=True)
class Facet:
    name: str
    title: str
    choices: list[Choice]
    is_single: bool


Counts = dict[str, dict[str, int | None]]


def tally(found, conditions: dict[tuple[str, str], Q]) -> Counts:
    """{facet: {value: how many fulfil its condition}}, in one query."""
    aliases = {f"n{i}": Count("pk", filter=condition) for i, condition in enumerate(conditions.values())}
    values = found.aggregate(**aliases) if aliases else {}
    counts: Counts = {}
    for i, (name, value) in enumerate(conditions):
        counts.setdefault(name, {})[value] = values[f"n{i}"]
    return counts


class Faceted(Chosen):
    """With `FACETS`, {name: title}: filters that are chosen from lists, each choice with how many it would show. A row
    has exactly one choice of the facet `PARTS`."""

    FACETS: dict
    PARTS: str

    @cached_property
    def facets(self) -> list[Facet]:
        """As a page draws them: what would show nothing is left out, unless it is on."""
        counts, facets = self.counts(), []
        for name, title in self.FACETS.items():
            on, choices = self.on(name), []
            for value, label in self.choices(name):
                count, is_on = counts[name][str(value)], str(value) in on
                if count != 0 or is_on:
                    choices.append(Choice(str(value), str(label), count, is_on))
            if choices:
                is_single = not isinstance(self.filters[name], filters.MultipleChoiceFilter)
                facets.append(Facet(name, str(title), choices, is_single))
        return facets

    @property
    def total(self) -> int:
        parts = [choice for facet in self.facets if facet.name == self.PARTS for choice in facet.choices]
        return sum(choice.count or 0 for choice in [choice for choice in parts if choice.is_on] or parts)

    def on(self, name) -> set[str]:
        chosen = self.chosen.get(name, [])
        return {str(value) for value in (chosen if isinstance(chosen, list) else [chosen])}

    def choices(self, name):
        choices = self.filters[name].extra["choices"]
        choices = getattr(choices, "choices", choices)
        return choices() if callable(choices) else choices

    def called(self) -> dict[str, str]:
        """What is on is called, by the name of its filter."""
        said = {}
        for name in self.FACETS:
            if chosen := self.on(name):
                said[name] = ", ".join(str(label) for value, label in self.choices(name) if str(value) in chosen)
        return said

    def counts(self) -> Counts:
        """How many each choice would show. Facets that are not set share one query; each set one adds one."""
        counts = self._count([name for name in self.FACETS if name not in self.chosen], self.matching())
        for name in self.FACETS:
            if name in self.chosen:
                counts |= self._count([name], self.matching(without=[name]))
        return counts

    def _count(self, names, found) -> Counts:
        return tally(
            found,
            {(name, str(value)): self.condition(name, value) for name in names for value, _label in self.choices(name)},
        )

    def condition(self, name, value) -> Q:
        """What a choice means for a row."""
        return Q(**{name: value})

    def by_choice(self, queryset, name, value):
        return queryset.filter(self.condition(name, value))
