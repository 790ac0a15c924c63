"""One form for each kind of row. Whose row it is comes from who is signed in, never from a form."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core import languages
from core.text import one_line
from features.skills import dates
from features.skills.fields import SkillPickerField
from features.skills.models import (
    Achievement,
    Certification,
    Education,
    Goal,
    PersonSkill,
    Profile,
    ProfileLink,
    Project,
    SpokenLanguage,
    Visibility,
    Work,
)

DATE = {"placeholder": "2021-03", "autocomplete": "off", "spellcheck": "false"}
LARGEST_RESUME = 256 * 1024


def _dates(*names):
    return {name: forms.TextInput(attrs=DATE) for name in names}


def _text(**rows):
    return {name: forms.Textarea(attrs={"rows": rows}) for name, rows in rows.items()}


class EntryForm(forms.ModelForm):
    def clean(self):
        data = super().clean()
        for name, value in data.items():
            field = self.fields[name]
            if isinstance(value, str) and not isinstance(field.widget, forms.Textarea | forms.Select):
                data[name] = one_line(value)
        return data

    def validate_constraints(self):
        """The fields and `clean` say the same without a query for each constraint."""


class StretchForm(EntryForm):
    def clean(self):
        data = super().clean()
        started, ended = data.get("started_on"), data.get("ended_on")
        if ended and data.get("is_current"):
            self.add_error("ended_on", _("It has ended, or it goes on. Leave one of the two out."))
        elif started and ended and dates.ends_before(ended, started):
            self.add_error("ended_on", _("The end must not be earlier than the start."))
        return data


class WorkForm(StretchForm):
    class Meta:
        model = Work
        fields = (
            "position_held", "organisation", "place", "started_on", "ended_on", "is_current", "url", "summary",
            "highlights",
        )  # fmt: skip
        widgets = _dates("started_on", "ended_on") | _text(summary=3, highlights=3)
        labels = {"is_current": _("I still do this")}


class EducationForm(StretchForm):
    class Meta:
        model = Education
        fields = (
            "institution", "degree", "area", "started_on", "ended_on", "is_current", "grade", "url", "courses",
        )  # fmt: skip
        widgets = _dates("started_on", "ended_on") | _text(courses=3)
        labels = {"is_current": _("I am still at it")}


class CertificationForm(EntryForm):
    class Meta:
        model = Certification
        fields = ("name", "issuer", "issued_on", "expires_on", "number", "url")
        widgets = _dates("issued_on", "expires_on")

    def clean(self):
        data = super().clean()
        issued, expires = data.get("issued_on"), data.get("expires_on")
        if issued and expires and dates.ends_before(expires, issued):
            self.add_error("expires_on", _("It must not expire before it is issued."))
        return data


class ProjectForm(StretchForm):
    upload = forms.FileField(
        label=_("Picture"),
        required=False,
        help_text=_("JPEG, PNG or WebP, at most 8 MB. It is cut to 16:9."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    without_picture = forms.BooleanField(label=_("Take the picture away"), required=False)

    class Meta:
        model = Project
        fields = ("name", "summary", "started_on", "ended_on", "is_current", "url", "highlights")
        widgets = _dates("started_on", "ended_on") | _text(summary=3, highlights=3)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.picture_id:
            del self.fields["without_picture"]


class AchievementForm(EntryForm):
    class Meta:
        model = Achievement
        fields = ("title", "awarder", "awarded_on", "summary")
        widgets = _dates("awarded_on") | _text(summary=3)


class _OfASkill(EntryForm):
    """A row about one skill, which is chosen when the row is added and stays."""

    skill = SkillPickerField(label=_("Skill"), most=1)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["skill"]

    def clean(self):
        data = super().clean()
        if data.get("skill"):
            self.instance.skill = data["skill"][0]
        return data


class PersonSkillForm(_OfASkill):
    field_order = ("skill", "level")

    class Meta:
        model = PersonSkill
        fields = ("level",)


class GoalForm(_OfASkill):
    field_order = ("skill", "level", "reason")

    class Meta:
        model = Goal
        fields = ("level", "reason")


class SpokenLanguageForm(EntryForm):
    code = forms.ChoiceField(label=_("Language"), choices=languages.choices)

    class Meta:
        model = SpokenLanguage
        fields = ("code", "fluency")


class ProfileLinkForm(EntryForm):
    class Meta:
        model = ProfileLink
        fields = ("url", "label")


# --- What there is one of ---------------------------------------------------------------------------------------------
class AboutForm(EntryForm):
    class Meta:
        model = Profile
        fields = ("place", "about")
        widgets = _text(about=6)
        help_texts = {
            "place": _("A town and a country are enough."),
            "about": _("What you are good at, what you care about, what people can ask you."),
        }


class PhoneForm(EntryForm):
    class Meta:
        model = Profile
        fields = ("phone",)
        widgets = {"phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})}


def as_sent(form: EntryForm) -> dict[str, list[str]]:
    """What a browser would send to add a row like this one again. A picture cannot be sent again: then nothing."""
    if getattr(form.instance, "picture_id", None):
        return {}
    said = {bound.html_name: bound.value() for bound in form if not isinstance(bound.field, forms.FileField)}
    if isinstance(form, _OfASkill):
        said["skill"] = form.instance.skill.name
    return {name: ["on" if value is True else str(value)] for name, value in said.items() if value or value == 0}


class VisibilityForm(forms.Form):
    visibility = forms.ChoiceField(
        label=_("Who sees this"), choices=Visibility.choices, widget=forms.RadioSelect(attrs={"class": "pick"})
    )


class PhotoForm(forms.Form):
    upload = forms.FileField(
        label=_("Photo"),
        help_text=_("JPEG, PNG or WebP, at most 8 MB. Where and when it was taken is removed."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )


class ResumeForm(forms.Form):
    upload = forms.FileField(
        label=_("File"), required=False, widget=forms.FileInput(attrs={"accept": ".json,application/json"})
    )
    text = forms.CharField(
        label=_("Or its text"),
        required=False,
        max_length=LARGEST_RESUME,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "placeholder": '{"basics": {"name": "…"}}'}),
    )

    def clean(self):
        """One text, from whichever of the two was given."""
        data = super().clean()
        upload = data.get("upload")
        if upload and upload.size > LARGEST_RESUME:
            self.add_error("upload", _("A résumé may have 256 kB. This file is no résumé, or holds pictures."))
        elif upload:
            data["text"] = upload.read().decode(errors="replace")
        elif not data.get("text") and not self.errors:
            self.add_error("text", _("Choose a file, or paste its text."))
        return data
