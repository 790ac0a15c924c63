from django import forms
from django.core.validators import URLValidator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from core import languages
from core.text import is_seen
from features.accounts.models import Role
from features.marketing.models import Newsletter
from features.skills.fields import SkillPickerField
from features.skills.models import Skill

Segment = Newsletter.Segment
NOT_CHOSEN = ("", _("Choose one"))


HOURS = [
    (1, _("1 hour")),
    (4, _("4 hours")),
    (24, _("1 day")),
    (72, _("3 days")),
    (168, _("1 week")),
    (720, _("30 days")),
]
_is_address = URLValidator(schemes=["https"])


class AnnouncementForm(forms.Form):
    words = forms.CharField(label=_("What everybody reads"), max_length=200)
    url = forms.CharField(
        label=_("Where it leads"), max_length=300, required=False,
        help_text=_("A page here, such as /sessions/, or an address with https://."),
    )  # fmt: skip
    hours = forms.TypedChoiceField(label=_("For how long"), choices=HOURS, coerce=int, initial=24)

    def clean_words(self):
        if not is_seen(self.cleaned_data["words"]):
            raise forms.ValidationError(_("Write something that can be seen."))
        return self.cleaned_data["words"]

    def clean_url(self):
        url = self.cleaned_data["url"]
        is_page = url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
        if url and not is_page:
            try:
                _is_address(url)
            except forms.ValidationError:
                raise forms.ValidationError(
                    _("Begin with / for a page here, or with https:// for one elsewhere.")
                ) from None
        return url


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
