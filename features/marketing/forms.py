from django import forms
from django.utils.translation import gettext_lazy as _

from core import languages
from features.accounts.models import Role
from features.marketing.models import Newsletter
from features.skills.fields import SkillPickerField
from features.skills.models import Skill

Segment = Newsletter.Segment
NOT_CHOSEN = ("", _("Choose one"))


class NewsletterForm(forms.ModelForm):
    """Which of the last four holds is said by the segment; the others are left alone."""

    role = forms.ChoiceField(label=_("Role"), choices=[NOT_CHOSEN, *Role.choices], required=False)
    skill = SkillPickerField(label=_("Skill"), most=1, required=False)
    months = forms.IntegerField(
        label=_("Months"), min_value=1, max_value=36, required=False, help_text=_("At a session in so many months.")
    )
    language = forms.ChoiceField(label=_("Language"), required=False)

    class Meta:
        model = Newsletter
        fields = ("title", "text", "segment")
        widgets = {"text": forms.Textarea(attrs={"rows": 14}), "segment": forms.RadioSelect(attrs={"class": "pick"})}
        help_texts = {
            "text": _("Markdown. Write addresses in full, with https://, as letters are read elsewhere."),
            "segment": _("Always only those who asked for the newsletter and proved their address."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [NOT_CHOSEN, *languages.choices()]
        segment, value = self.instance.segment, self.instance.value
        if segment == Segment.SKILL:
            self.initial["skill"] = list(Skill.objects.filter(pk=value))
        elif value:
            self.initial["months" if segment == Segment.ATTENDED else segment] = value

    def clean(self):
        data = super().clean()
        name = {Segment.ROLE: "role", Segment.SKILL: "skill", Segment.ATTENDED: "months", Segment.LANGUAGE: "language"}
        field = name.get(data.get("segment"))
        if field is None:
            self.instance.value = ""
        elif data.get(field):
            self.instance.value = str(data[field][0].pk if field == "skill" else data[field])
        elif field not in self.errors:
            self.add_error(field, _("Say which."))
        return data
