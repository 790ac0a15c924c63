from django.forms.renderers import TemplatesSetting


class OneField(TemplatesSetting):
    """Every form of the site is drawn by `templates/django/forms/field.html`."""

    form_template_name = "django/forms/form.html"
    field_template_name = "django/forms/field.html"
