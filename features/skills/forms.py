from django import forms
from django.utils.translation import gettext_lazy as _

from features.skills.fields import SkillPickerField
from features.skills.names import LONGEST


class SynonymForm(forms.Form):
    name = forms.CharField(label=_("Also called"), max_length=LONGEST)


class MergeForm(forms.Form):
    into = SkillPickerField(
        label=_("Merge into"), most=1, help_text=_("The skill that stays. You see what moves before anything does.")
    )
