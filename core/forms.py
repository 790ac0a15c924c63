from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting


class Field(BoundField):
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
