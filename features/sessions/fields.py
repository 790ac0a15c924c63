from django import forms

from core.text import is_seen, one_line


class LineField(forms.CharField):
    """One line of which something can be seen, as it will be kept."""

    def to_python(self, value):
        said = one_line(super().to_python(value))
        return said if is_seen(said) else ""
