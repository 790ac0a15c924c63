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
