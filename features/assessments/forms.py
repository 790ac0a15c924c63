from django import forms
from django.utils.translation import gettext_lazy as _

from core.text import one_line
from features.assessments.models import Bank, ItemReview
from features.assessments.models.banks import Stage
from features.skills.fields import SkillPickerField
from features.skills.models import Level


class BankForm(forms.ModelForm):
    skill = SkillPickerField(label=_("Skill"), most=1, help_text=_("The one skill whose level it measures."))

    class Meta:
        model = Bank
        fields = (
            "title", "skill", "about", "mode", "most", "minutes", "error", "cooldown_days", "penalty", "pass_percent"
        )  # fmt: skip
        widgets = {"about": forms.Textarea(attrs={"rows": 2}), "mode": forms.RadioSelect}

    def clean_skill(self):
        return self.cleaned_data["skill"][0]

    def clean_title(self):
        return one_line(self.cleaned_data["title"])


class StageForm(forms.Form):
    stage = forms.ChoiceField(choices=Stage)


class ImportForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_("Markdown, CSV, GIFT or QTI 2.1 or 3, in UTF-8. The same file twice changes nothing."),
    )


class ItemForm(forms.Form):
    """One item, typed by hand. Options stand on a line each; the right ones begin with a star."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[
            ("single", _("One answer is right")), ("multiple", _("Several answers are right")),
            ("ordering", _("Put in order")), ("numeric", _("A number")), ("short", _("A word or a few")),
            ("code", _("Reading code")),
        ],
    )  # fmt: skip
    text = forms.CharField(
        label=_("Question"), max_length=5000, widget=forms.Textarea(attrs={"rows": 5}), help_text=_("Markdown.")
    )
    answers = forms.CharField(
        label=_("Answers"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "Choices: one on each line, right ones with a star before them; after “ # ” why. An order: "
            "the lines as they belong. A number: it, or “3.5 ± 0.1”. Words: each accepted spelling on a line."
        ),
    )
    explanation = forms.CharField(
        label=_("Why"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Shown after the test."),
    )  # fmt: skip
    area = forms.CharField(label=_("Area"), max_length=60, required=False, help_text=_("A part of the skill."))
    band = forms.TypedChoiceField(
        label=_("How hard"), coerce=int, choices=Level, initial=3,
        help_text=_("The level at which somebody gets it right half the time."),
    )  # fmt: skip
    is_practice = forms.BooleanField(label=_("Keep it for practice, and never ask it in a test"), required=False)

    def clean(self):
        data = super().clean()
        if "answers" in data and "kind" in data:
            try:
                data["content"] = content_of(data["kind"], data["answers"])
            except ValueError:
                self.add_error("answers", _("Write a number such as 3.5, or 3.5 ± 0.1."))
        return data


def content_of(kind, text) -> dict:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if kind == "numeric":
        value, _sign, tolerance = (lines[0] if lines else "").replace("+-", "±").partition("±")
        return {"value": float(value.replace(",", ".")), "tolerance": float((tolerance or "0").replace(",", "."))}
    if kind == "short":
        return {"accepted": lines}
    options = []
    for line in lines:
        said, _sign, why = line.removeprefix("*").partition(" # ")
        options.append({"text": said.strip(), "is_right": line.startswith("*"), "explanation": why.strip()})
    return {"options": options}


def answers_of(kind, content) -> str:
    """What `content_of` reads."""
    if kind == "numeric":
        return f"{content['value']:g} ± {content['tolerance']:g}" if content["tolerance"] else f"{content['value']:g}"
    if kind == "short":
        return "\n".join(content["accepted"])
    return "\n".join(
        ("*" if option["is_right"] else "")
        + option["text"]
        + (f" # {option['explanation']}" if option["explanation"] else "")
        for option in content["options"]
    )


class ItemReviewForm(forms.Form):
    verdict = forms.ChoiceField(label=_("What you say"), choices=ItemReview.Verdict, widget=forms.RadioSelect)
    comment = forms.CharField(
        label=_("For its author"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean(self):
        data = super().clean()
        if data.get("verdict") == ItemReview.Verdict.CHANGE and not data.get("comment"):
            self.add_error("comment", _("Say what should change."))
        return data


class HelpForm(forms.Form):
    help_used = forms.CharField(
        label=_("What help did you use?"),
        max_length=300,
        required=False,
        help_text=_("A book, a colleague, a program: it stands beside your result, and nothing is taken off for it."),
    )
