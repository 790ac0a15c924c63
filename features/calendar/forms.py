from datetime import time

from django import forms
from django.utils.translation import gettext_lazy as _

from features.calendar.models import MIDNIGHT, Weekday
from features.calendar.services import PRESETS


def _clock(label, **kwargs):
    return forms.TimeField(label=label, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), **kwargs)


class WeeklyHoursForm(forms.Form):
    days = forms.TypedMultipleChoiceField(
        label=_("Days"), choices=Weekday, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    starts = _clock(_("From"))
    ends = _clock(_("Until"), help_text=_("00:00 means midnight, the end of that day."))

    def clean_ends(self):
        ends = self.cleaned_data["ends"]
        return MIDNIGHT if ends == time.min else ends

    def clean(self):
        data = super().clean()
        if "starts" in data and "ends" in data and data["ends"] <= data["starts"]:
            self.add_error("ends", _("The end must be later than the start. For a night, add two days."))
        return data

    def hours(self):
        data = self.cleaned_data
        return [(day, data["starts"], data["ends"]) for day in data["days"]]


class BusyCalendarForm(forms.Form):
    address = forms.CharField(
        label=_("Address of the calendar"),
        max_length=2000,
        widget=forms.URLInput(attrs={"autocomplete": "off", "placeholder": "https://…/basic.ics"}),
    )


class PresetForm(forms.Form):
    preset = forms.ChoiceField(choices=[(name, preset.label) for name, preset in PRESETS.items()])

    def hours(self):
        return PRESETS[self.cleaned_data["preset"]].hours
