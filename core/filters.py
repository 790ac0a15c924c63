import django_filters as filters
from django import forms

LONGEST = 200


class _Words(forms.CharField):
    def to_python(self, value):
        return super().to_python(value)[:LONGEST].strip()


class WordsFilter(filters.CharFilter):
    """Words that are looked for. Of a whole page of them the beginning is: if they were left out, the list would show
    all there is as if that fitted."""

    field_class = _Words


class Faceted:
    """A filter set whose `FACETS` are chosen from lists; `chosen` holds what is on."""

    def choices(self, name):
        choices = self.filters[name].extra["choices"]
        choices = getattr(choices, "choices", choices)
        return choices() if callable(choices) else choices

    def called(self) -> dict[str, str]:
        """What is on is called, by the name of its filter."""
        said = {}
        for name in self.FACETS:
            chosen = self.chosen.get(name, [])
            if chosen := {str(value) for value in ([chosen] if isinstance(chosen, str) else chosen)}:
                said[name] = ", ".join(str(label) for value, label in self.choices(name) if str(value) in chosen)
        return said
