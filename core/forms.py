from functools import cache
from typing import Any

from django import forms
from django.db.models.fields import BLANK_CHOICE_LABEL
from django.forms import TypedChoiceField
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

# What Django says as "Ensure this value has at least 10 characters (it has 3)." A field's own words go before.
FAULTS = {
    "min_length": _("Write at least %(limit_value)d characters: these are %(show_value)d."),
    "max_length": _("At most %(limit_value)d characters: these are %(show_value)d."),
    "min_value": _("At least %(limit_value)s."),
    "max_value": _("At most %(limit_value)s."),
}


NUMBER = _("Write a number in digits.")
OFFERED = _("Choose one of those that are offered.")
# What Django says where somebody left something out or mistyped it, by kind of field; the nearest kind counts.
PLAIN: dict[type[forms.Field], dict[str, Any]] = {
    forms.Field: {"required": _("Fill this in.")},
    forms.BooleanField: {"required": _("Tick this to go on.")},
    forms.ChoiceField: {"required": _("Choose one."), "invalid_choice": OFFERED},
    forms.ModelChoiceField: {"required": _("Choose one."), "invalid_choice": OFFERED},
    forms.MultipleChoiceField: {"required": _("Choose at least one."), "invalid_choice": OFFERED},
    forms.ModelMultipleChoiceField: {"required": _("Choose at least one."), "invalid_choice": OFFERED},
    forms.FileField: {"required": _("Choose a file."), "empty": _("This file is empty. Choose another.")},
    forms.ImageField: {"invalid_image": _("This is no picture, or a damaged one. Choose another.")},
    forms.IntegerField: {"invalid": NUMBER},
    forms.DecimalField: {"invalid": NUMBER},
    forms.FloatField: {"invalid": NUMBER},
    forms.DateField: {"invalid": _("Write a date such as 2030-03-24.")},
    forms.TimeField: {"invalid": _("Write a time such as 18:30.")},
    forms.DateTimeField: {"invalid": _("Write a date and a time such as 2030-03-24 18:30.")},
    forms.EmailField: {"invalid": _("Write it in full, such as name@example.org.")},
    forms.URLField: {"invalid": _("Write an address such as https://example.org.")},
}


@cache
def _said_of(kind: type[forms.Field]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What we say of fields of this kind, and Django of its own ones from which it comes."""
    kinds = [one for one in kind.__mro__ if issubclass(one, forms.Field)]
    plain = {code: said for one in reversed(kinds) for code, said in PLAIN.get(one, {}).items()}
    return plain, [one.default_error_messages for one in kinds if one.__module__.startswith("django.")]


def _in_plain_words(field: forms.Field) -> dict[str, Any]:
    """What a field says when something is wrong: its own words, then ours, and Django's where we have none."""
    plain, of_django = _said_of(type(field))
    own = {
        code: said
        for code, said in field.error_messages.items()
        if not any(words.get(code) is said for words in of_django)
    }
    return FAULTS | field.error_messages | plain | own


class Field(BoundField):
    def __init__(self, form, field, name):
        super().__init__(form, field, name)
        field.error_messages = _in_plain_words(field)
        # Where a model knows the choices, Django says "- Select an option -".
        if isinstance(field, TypedChoiceField) and next(iter(field.choices), None) == ("", BLANK_CHOICE_LABEL):
            field.choices = [("", _("Choose one")), *list(field.choices)[1:]]

    @property
    def is_radio_group(self):
        return isinstance(self.field.widget, forms.RadioSelect)

    def build_widget_attrs(self, attrs, widget=None):
        attrs = super().build_widget_attrs(attrs, widget)
        # The browser's own bubble would come before our words, and at one field only. Assistive technology is told all
        # the same; of a group of radio buttons its fieldset says so.
        if attrs.pop("required", False) and not self.is_radio_group:
            attrs["aria-required"] = "true"
        if self.name == next((name for name in self.form.fields if name in self.form.errors), None):
            attrs["autofocus"] = True
        # A placeholder that repeats the label (allauth's do) disappears when it would help; False leaves it out.
        placeholder = _letters(self.field.widget.attrs.get("placeholder", ""))
        if placeholder and self.label and _letters(str(self.label).split()[0]) in placeholder:
            attrs["placeholder"] = False
        return attrs


def _letters(text) -> str:
    return str(text).casefold().replace("-", "")


class OneField(TemplatesSetting):
    """Every form of the site is drawn by `templates/django/forms/field.html`."""

    form_template_name = "django/forms/form.html"
    field_template_name = "django/forms/field.html"
    bound_field_class = Field
