from datetime import UTC, datetime

from django import forms
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from core.text import number, one_line
from features.assessments.models import Reading, Task
from features.skills.fields import SkillPickerField

RUBRIC_HELP = _(
    "A criterion on a line of its own; below it its levels, each as “2: what that looks like”, from worst to best."
)


class TaskForm(forms.ModelForm):
    skill = SkillPickerField(label=_("Skill"), most=1)
    rubric = forms.CharField(
        label=_("Rubric"), max_length=8000, widget=forms.Textarea(attrs={"rows": 10}), help_text=RUBRIC_HELP
    )

    class Meta:
        model = Task
        fields = (
            "title", "skill", "kind", "brief", "experts", "peers", "peer_days", "minutes", "pass_level",
            "room_url", "is_open",
        )  # fmt: skip
        widgets = {"brief": forms.Textarea(attrs={"rows": 6}), "kind": forms.RadioSelect}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["room_url"].assume_scheme = "https"
        for name in ("minutes", "pass_level"):  # of a talk alone: what is left out is as it was
            self.fields[name].required = False

    def clean_minutes(self):
        return self.cleaned_data["minutes"] or self.instance.minutes

    def clean_pass_level(self):
        return self.cleaned_data["pass_level"] or self.instance.pass_level

    def clean_skill(self):
        return self.cleaned_data["skill"][0]

    def clean_rubric(self):
        try:
            return criteria_of(self.cleaned_data["rubric"])
        except ValueError:
            raise forms.ValidationError(RUBRIC_HELP) from None


def criteria_of(text) -> list[dict]:
    found: list[dict] = []
    for line in text.splitlines():
        points, colon, words = line.strip().partition(":")
        if not line.strip():
            continue
        given = number(points.strip()) if colon else None
        if given is not None and found:
            found[-1]["levels"].append({"points": given, "words": words.strip()})
        elif given is not None:
            raise ValueError(line)
        else:
            name = one_line(line)[:80]
            found.append({"key": slugify(name) or f"c{len(found) + 1}", "name": name, "levels": []})
    if not found:
        raise ValueError("empty")
    return found


def rubric_text(criteria) -> str:
    """What `criteria_of` reads."""
    return "\n\n".join(
        "\n".join([criterion["name"], *(f"{step['points']}: {step['words']}" for step in criterion["levels"])])
        for criterion in criteria
    )


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    widget = ManyFiles

    def clean(self, data, initial=None):
        files = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(FilesField, self).clean(file, initial) for file in files]


class SubmissionForm(forms.Form):
    text = forms.CharField(
        label=_("Text"), max_length=20_000, required=False, widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Markdown: what you made, and why so."),
    )  # fmt: skip
    links = forms.CharField(
        label=_("Links"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One address on each line, beginning with https://."),
    )  # fmt: skip
    files = FilesField(label=_("Files"), required=False, help_text=_("Up to five of 5 MB each."))
    done_on = forms.DateField(
        label=_("When you did the work"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("It counts from that day, not from when you hand it in."),
    )
    help_used = forms.CharField(
        label=_("What help did you use?"), max_length=300, required=False,
        help_text=_("People, books, programs. Nothing is taken off for it; readers see it."),
    )  # fmt: skip

    def clean_links(self):
        links = [line.strip() for line in self.cleaned_data["links"].splitlines() if line.strip()]
        check = forms.URLField(assume_scheme="https").clean
        if len(links) > 5 or any(not link.startswith("https://") for link in links):
            raise forms.ValidationError(_("Five addresses at most, each beginning with https://."))
        return [check(link) for link in links]

    def clean_done_on(self):
        day = self.cleaned_data["done_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("That day has not come yet."))
        return day


class ReadingForm(forms.Form):
    """A level and words for each criterion of a rubric."""

    overall = forms.CharField(
        label=_("On the whole"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args, rubric, with_words=True, **kwargs):
        super().__init__(*args, **kwargs)
        self.rubric = rubric
        if not with_words:
            del self.fields["overall"]
        overall = self.fields.pop("overall", None)
        for criterion in rubric.criteria:
            self.fields[f"score-{criterion['key']}"] = forms.TypedChoiceField(
                label=criterion["name"],
                coerce=int,
                widget=forms.RadioSelect,
                choices=[(step["points"], f"{step['points']}: {step['words']}") for step in criterion["levels"]],
            )
            if with_words:
                self.fields[f"comment-{criterion['key']}"] = forms.CharField(
                    label=_("To “%(name)s”") % {"name": criterion["name"]},
                    max_length=1000,
                    required=False,
                    widget=forms.Textarea(attrs={"rows": 2}),
                )
        if overall:
            self.fields["overall"] = overall
            self.fields["keep"] = forms.BooleanField(label=_("Keep these words for the next time"), required=False)

    @property
    def said(self) -> dict:
        data = self.cleaned_data
        keys = [criterion["key"] for criterion in self.rubric.criteria]
        return {
            "scores": {key: data[f"score-{key}"] for key in keys},
            "comments": {key: data.get(f"comment-{key}", "") for key in keys},
            "overall": data.get("overall", ""),
        }


class TimeForm(forms.Form):
    """A moment as our own page sends it: seconds since 1970."""

    starts_at = forms.IntegerField(
        error_messages={"required": _("Choose one of the times."), "invalid": _("Choose one of the times.")}
    )
    note = forms.CharField(
        label=_("What you will show"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Whoever examines reads it before."),
    )  # fmt: skip

    def clean_starts_at(self):
        try:
            return datetime.fromtimestamp(self.cleaned_data["starts_at"], UTC)
        except (OverflowError, OSError, ValueError):
            raise forms.ValidationError(_("Choose one of the times.")) from None


class CallingOffForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}), help_text=_("The other one reads it.")
    )


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(choices=Reading.Answer)


class AppealForm(forms.Form):
    text = forms.CharField(
        label=_("What was not seen"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("You can object once. Another expert, who has not read it, looks again."),
    )  # fmt: skip


class ExampleForm(forms.Form):
    text = forms.CharField(label=_("The work"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 6}))
    why = forms.CharField(label=_("Why these points"), max_length=1000, required=False)
