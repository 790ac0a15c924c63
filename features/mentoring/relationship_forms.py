from django import forms
from django.utils.translation import gettext_lazy as _

from core.text import one_line
from features.accounts.models import User
from features.accounts.services import SUFFIXES
from features.mentoring.models import Engagement, FitAnswer, MentorshipRequest
from features.skills.fields import SkillPickerField
from features.skills.models import Level


def text_field(label, rows=4, most=1000, help_text="", required=True):
    return forms.CharField(
        label=label,
        max_length=most,
        required=required,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=help_text,
    )


class PooledForm(forms.Form):
    goal = forms.CharField(
        label=_("What do you want to reach?"),
        max_length=200,
        help_text=_("One sentence. “Lead the move of our reports to Postgres by March.”"),
    )
    skills = SkillPickerField(label=_("Skills"), help_text=_("One to three that it takes."))
    background = text_field(_("Where do you stand?"), 4, 2000, _("What you do, what you tried, where you are stuck."))
    expectation = text_field(_("What do you hope for from a mentor?"), 3, 1000)

    def clean_goal(self):
        return one_line(self.cleaned_data["goal"])


class RequestForm(PooledForm):
    expectation = text_field(_("What do you hope for from this mentor?"), 3, 1000)
    goes_on = forms.BooleanField(
        label=_("If there is no answer within 48 hours, ask the next mentor who fits"), required=False, initial=True
    )


class QuestionForm(forms.Form):
    question = text_field(_("What do you need to know first?"), 3)


class AnswerForm(forms.Form):
    answer = text_field(_("Your answer"), 4, 2000)


class DeclineForm(forms.Form):
    reason = forms.ChoiceField(label=_("Why"), choices=MentorshipRequest.Reason, widget=forms.RadioSelect)
    words = text_field(_("A word to them"), 3, required=False)
    colleague = forms.CharField(
        label=_("Somebody who may fit better"),
        max_length=30,
        required=False,
        help_text=_("Their handle, as in the address of their page."),
    )
    pause = forms.BooleanField(label=_("Take nobody new until I say so"), required=False)

    def clean_colleague(self):
        handle = self.cleaned_data["colleague"].strip().lstrip("@").lower()
        if not handle:
            return None
        person = User.objects.active().confirmed().filter(handle=handle).first()
        if person is None:
            raise forms.ValidationError(_("Nobody has this handle. Look at the address of their page."))
        return person


class MessageForm(forms.Form):
    text = text_field(_("Your message"), 3, 5000)


class NoteForm(forms.Form):
    text = text_field(_("Note"), 3, 5000)
    is_shared = forms.BooleanField(label=_("Both of us read it"), required=False)


class FileForm(forms.Form):
    upload = forms.FileField(
        label=_("File"),
        max_length=200,
        help_text=_("Up to 8 MB: %(kinds)s.") % {"kinds": ", ".join(suffix[1:] for suffix in SUFFIXES)},
        widget=forms.FileInput(attrs={"accept": ",".join(SUFFIXES)}),
    )


class ActionForm(forms.Form):
    text = forms.CharField(label=_("What is to be done"), max_length=200)
    owner = forms.ChoiceField(label=_("By whom"))

    def __init__(self, *args, other, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [("me", _("Me")), ("other", other.name)]


class Rated(forms.Form):
    """Asks the mentee to rate themselves in each skill of the mentorship."""

    moment = ""

    def __init__(self, *args, engagement, is_mentee, **kwargs):
        super().__init__(*args, **kwargs)
        self.rated = list(engagement.rated_skills.select_related("skill").order_by("pk")) if is_mentee else []
        for row in self.rated:
            self.fields[f"skill_{row.pk}"] = forms.TypedChoiceField(
                label=_("Your level in %(skill)s today") % {"skill": row.skill.name},
                choices=[("", _("I do not know")), *Level.choices],
                coerce=int,
                empty_value=None,
                required=False,
                initial=getattr(row, self.moment),
            )

    def ratings(self):
        found = {row.pk: self.cleaned_data.pop(f"skill_{row.pk}") for row in self.rated}
        return {pk: level for pk, level in found.items() if level}


class AgreementForm(Rated):
    moment = "before"
    goal = forms.CharField(label=_("What you want to reach"), max_length=200)
    plan = text_field(_("How you go about it"), 4, 2000, required=False)
    cadence = forms.CharField(
        label=_("How often you meet"), max_length=100, required=False, help_text=_("Such as: every other Tuesday.")
    )
    ends_on = forms.DateField(
        label=_("Until when"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class FitForm(forms.Form):
    answer = forms.ChoiceField(label=_("How was it?"), choices=FitAnswer.Answer, widget=forms.RadioSelect)

    def __init__(self, *args, is_last: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if is_last:
            unsure = (FitAnswer.Answer.UNDECIDED.value, _("I do not know yet"))
            self.fields["answer"].choices = [
                unsure if choice[0] == unsure[0] else choice for choice in FitAnswer.Answer.choices
            ]


class ClosingForm(Rated):
    """What either of the two says at the end."""

    moment = "after"
    summary = text_field(
        _("What came of it"), 3, 2000,
        _("Both of you keep it. Each reads what the other says once both have said it, or after seven days."),
        required=False,
    )  # fmt: skip

    def __init__(self, *args, engagement, is_mentee, **kwargs):
        super().__init__(*args, engagement=engagement, is_mentee=is_mentee, **kwargs)
        if is_mentee:
            self.fields["rating"] = forms.TypedChoiceField(
                label=_("The time with this mentor"),
                choices=[("", _("I do not say")), *((n, str(n)) for n in range(5, 0, -1))],
                coerce=int, empty_value=None, required=False,
                help_text=_("5 is best. Your mentor reads it, and decides whether others read it too, with your name."),
            )  # fmt: skip
            self.fields["testimonial"] = text_field(_("A word about them"), 3, required=False)

    def clean(self):
        said = super().clean()
        if said.get("testimonial") and not said.get("rating") and "rating" not in self.errors:
            self.add_error("rating", _("Your words go with a number. Choose one, or take them out."))
        return said


class EndingForm(ClosingForm):
    """All there is to say at the end, in one form."""

    ending = forms.ChoiceField(
        label=_("How it ends"),
        choices=[choice for choice in Engagement.Ending.choices if choice[0] != Engagement.Ending.SILENT],
        widget=forms.RadioSelect,
    )
    field_order = ["ending"]

    def __init__(self, *args, engagement, is_mentee, **kwargs):
        super().__init__(*args, engagement=engagement, is_mentee=is_mentee, **kwargs)
        if is_mentee:
            self.fields["favourite"] = forms.BooleanField(
                label=_("Keep them as a favourite: hear when they offer something new"), required=False
            )
            self.fields["again"] = forms.BooleanField(
                label=_("Ask the next mentor who fits, with the same request"), required=False
            )
        self.fields["report"] = forms.CharField(
            label=_("Did something happen that a moderator should know?"), max_length=300, required=False,
            widget=forms.Textarea(attrs={"rows": 2}), help_text=_("Only moderators read it."),
        )  # fmt: skip
        self.fields["block"] = forms.BooleanField(
            label=_("Keep us apart: no suggestions, requests or messages between us"), required=False
        )
