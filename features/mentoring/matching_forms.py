from django import forms
from django.utils.translation import gettext_lazy as _

from core import languages
from features.mentoring.models import MentorPage
from features.skills.fields import SkillPickerField
from features.skills.models import Level


class GoalForm(forms.Form):
    """A goal and what it takes, enough to begin with."""

    reason = forms.CharField(
        label=_("What do you want to be able to do?"),
        max_length=200,
        help_text=_("In your own words, such as “lead a negotiation on my own by spring”."),
    )
    skills = SkillPickerField(label=_("Skills it takes"), help_text=_("One to three, the most important first."))
    level = forms.TypedChoiceField(label=_("How far"), choices=Level, coerce=int, initial=Level.WORKING)
    minutes = forms.TypedChoiceField(
        label=_("Time you would share each week"),
        choices=[(30, _("Half an hour")), (60, _("An hour")), (120, _("Two hours"))],
        coerce=int,
        initial=60,
    )
    budget = forms.DecimalField(
        label=_("Most for one meeting"),
        min_value=0,
        max_value=10_000,
        decimal_places=2,
        required=False,
        help_text=_("Empty: whatever it costs. 0: only what is free."),
    )


class MentorPageForm(forms.ModelForm):
    topics = SkillPickerField(label=_("What you mentor in"), most=8, help_text=_("One to eight skills."))
    languages = forms.MultipleChoiceField(
        label=_("Languages you mentor in"),
        choices=languages.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None: the ones of your preferences."),
    )

    class Meta:
        model = MentorPage
        fields = (
            "topics", "about", "not_for", "is_accepting", "capacity", "away_from", "away_until", "level_from",
            "level_to", "languages",
        )  # fmt: skip
        widgets = {
            "about": forms.Textarea(attrs={"rows": 5}),
            "not_for": forms.Textarea(attrs={"rows": 2}),
            "away_from": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "away_until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts = {
            "capacity": _("At 0, or when all places are taken, you are suggested to nobody."),
            "away_until": _("Empty: until you say so."),
            "not_for": _("Saves both sides a first talk."),
        }

    def clean(self):
        data = super().clean()
        start, end = data.get("away_from"), data.get("away_until")
        if end and not start:
            self.add_error("away_from", _("Say from when."))
        elif start and end and end < start:
            self.add_error("away_until", _("That is before you leave."))
        low, high = data.get("level_from"), data.get("level_to")
        if low and high and low > high:
            self.add_error("level_to", _("That is below the level you begin with."))
        return data


class DismissalForm(forms.Form):
    how = forms.ChoiceField(choices=[("never", ""), ("not_now", ""), ("back", "")])
