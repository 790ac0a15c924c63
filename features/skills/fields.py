"""The skill picker, for the forms of every feature: `skills = SkillPickerField(label=…)` cleans to a list of skills."""

from django import forms
from django.core.exceptions import ValidationError
from django.forms.widgets import Script
from django.urls import reverse_lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from features.skills import services

MOST = 3
SEPARATOR = ","


class SkillPicker(forms.TextInput):
    """Names with commas between. htmx lists what the last one may become; picker.js puts the choice in its place."""

    template_name = "skills/picker.html"

    class Media:
        js = [Script("js/picker.js", defer=True)]

    def __init__(self, attrs=None):
        super().__init__({"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", **(attrs or {})})

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        listbox = f"{context['widget']['attrs'].get('id', name)}_options"
        context["listbox"] = listbox
        context["widget"]["attrs"] |= {
            "role": "combobox",
            "aria-autocomplete": "list",
            "aria-expanded": "false",
            "aria-controls": listbox,
            "data-picker": True,
            "hx-get": format_lazy("{}?field={}", reverse_lazy("skill_suggestions"), name),
            "hx-trigger": "input changed delay:150ms",
            "hx-target": f"#{listbox}",
            "hx-swap": "innerHTML",
            "hx-sync": "this:replace",
        }
        return context


class SkillPickerField(forms.CharField):
    widget = SkillPicker

    def __init__(self, *, most=MOST, **kwargs):
        self.most = most
        super().__init__(max_length=400, **kwargs)

    def prepare_value(self, value):
        """Skills as their names; what was typed stays as it was typed."""
        if value is None or isinstance(value, str):
            return value
        return ", ".join(skill.name for skill in value)

    def clean(self, value):
        typed = super().clean(value)
        wanted = [name.strip() for name in typed.split(SEPARATOR) if name.strip()]
        if self.required and not wanted:
            raise ValidationError(self.error_messages["required"], code="required")
        known = services.resolve_all(wanted)
        unknown = [name for name in wanted if name not in known]
        if unknown:
            raise ValidationError([_unknown(name) for name in dict.fromkeys(unknown)])
        skills = list({known[name].pk: known[name] for name in wanted}.values())
        if len(skills) > self.most:
            message = ngettext("Choose %(most)d skill.", "Choose at most %(most)d skills.", self.most)
            raise ValidationError(message % {"most": self.most}, code="too_many")
        return skills

    def has_changed(self, initial, data):
        return super().has_changed(self.prepare_value(initial), data)


def _unknown(name):
    near = [skill.name for skill in services.suggest(name, limit=3)]
    if near:
        return ValidationError(
            _("“%(name)s” is not a skill we know. Did you mean %(near)s?"),
            code="unknown",
            params={"name": name, "near": _one_of(near)},
        )
    return ValidationError(
        _("“%(name)s” is not a skill we know, and nothing is near. Try a broader word."),
        code="unknown",
        params={"name": name},
    )


def _one_of(names):
    *first, last = names
    return _("%(first)s or %(last)s") % {"first": ", ".join(first), "last": last} if first else last
