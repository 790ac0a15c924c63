from django import forms

from features.notifications.kinds import groups
from features.notifications.models import Level


class PreferencesForm(forms.Form):
    """One question for each group that leaves a choice."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for key, group in groups().items():
            if group.is_optional:
                self.fields[key] = forms.ChoiceField(
                    label=group.label,
                    help_text=group.why,
                    choices=Level,
                    widget=forms.RadioSelect(attrs={"class": "pick"}),
                )
