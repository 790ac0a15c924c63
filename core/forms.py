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


class Field(BoundField):
    def __init__(self, form, field, name):
        super().__init__(form, field, name)
        field.error_messages = FAULTS | field.error_messages
        # Where a model knows the choices, Django says "- Select an option -".
        if isinstance(field, TypedChoiceField) and next(iter(field.choices), None) == ("", BLANK_CHOICE_LABEL):
            field.choices = [("", _("Choose one")), *list(field.choices)[1:]]

    def build_widget_attrs(self, attrs, widget=None):
        attrs = super().build_widget_attrs(attrs, widget)
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
