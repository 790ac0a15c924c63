from django import forms
from django.utils.translation import gettext_lazy as _

from features.accounts.services import SUFFIXES
from features.mentoring.forms import reason_field
from features.mentoring.relationship_forms import text_field


class WorkForm(forms.Form):
    question = text_field(
        _("What do you want to know?"), 3, 2000, _("The more exact the question, the more useful the answer.")
    )
    work = text_field(_("Your work, as text"), 8, 20_000, required=False)
    link = forms.URLField(label=_("Or where it is"), max_length=500, required=False, assume_scheme="https")
    upload = forms.FileField(
        label=_("Or a file"),
        max_length=200,
        required=False,
        help_text=_("Up to 8 MB: %(kinds)s. More can be added afterwards.")
        % {"kinds": ", ".join(suffix[1:] for suffix in SUFFIXES)},
        widget=forms.FileInput(attrs={"accept": ",".join(SUFFIXES)}),
    )

    def clean(self):
        data = super().clean()
        if not self.errors and not (data.get("work") or data.get("link") or data.get("upload")):
            raise forms.ValidationError(_("Add your work: as text, as a link, or as a file."))
        return data


class WrittenAnswerForm(forms.Form):
    answer = text_field(_("Your answer"), 10, 20_000, _("Say first what you would do, then why. Markdown works."))


class AskBackForm(forms.Form):
    question = text_field(
        _("What do you need to know first?"), 3, help_text=_("Once. Your time stands still meanwhile.")
    )


class ReplyForm(forms.Form):
    reply = text_field(_("Your reply"), 4, 2000)


class DeclineWrittenForm(forms.Form):
    reason = reason_field()
