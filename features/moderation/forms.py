from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from core.text import one_line
from features.accounts.models import Role
from features.moderation import services
from features.moderation.models import (
    HARM,
    ActAppeal,
    Appeal,
    ExpertApplication,
    IncidentAppeal,
    Reason,
    RoleMark,
    Sanction,
    SupportView,
)
from features.skills.fields import SkillPickerField

LENGTHS = [(n, ngettext_lazy("%(n)d day", "%(n)d days", n) % {"n": n}) for n in (1, 3, 7, 14, 30, 90, 365)]
WAITS = [(n, _("in %(n)d days") % {"n": n}) for n in services.WAITS]
LONG = forms.Textarea(attrs={"rows": 3})


class DaysField(forms.TypedChoiceField):
    """How long, as the moment at which it ends."""

    def __init__(self, **kwargs):
        choices = [*LENGTHS, ("", _("Until it is lifted"))]
        super().__init__(choices=choices, coerce=int, empty_value=None, required=False, **kwargs)

    def clean(self, value):
        days = super().clean(value)
        return timezone.now() + timedelta(days=days) if days else None


# --- Sanctions --------------------------------------------------------------------------------------------------------
class SanctionForm(forms.Form):
    kind = forms.ChoiceField(label=_("What"), choices=Sanction.Kind, widget=forms.RadioSelect)
    ability = forms.ChoiceField(
        label=_("Which ability"),
        choices=[("", "—"), *Sanction.ABILITIES],
        required=False,
        help_text=_("Only where one ability is taken away."),
    )
    scope = forms.CharField(
        label=_("Only in"),
        max_length=100,
        required=False,
        help_text=_("A text key such as skill:12. Empty: everywhere. A suspension always holds everywhere."),
    )
    ends_at = DaysField(label=_("For how long"), initial=7)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=LONG,
        help_text=_("The person reads it, in these words. Say what was written or done, and what to do instead."),
    )
    note = forms.CharField(
        label=_("Note"), max_length=2000, required=False, widget=LONG, help_text=_("Only moderators read it.")
    )

    def clean(self):
        data = super().clean()
        if data.get("kind") == Sanction.Kind.LIMIT:
            if not data.get("ability"):
                self.add_error("ability", _("Choose the ability."))
        elif data.get("ability"):
            self.add_error("ability", _("Leave this empty: a suspension or a silence takes more than one ability."))
        if data.get("kind") == Sanction.Kind.SUSPENSION and data.get("scope"):
            self.add_error("scope", _("A suspension holds everywhere. Leave this empty."))
        return data


class SupportForm(forms.Form):
    cause = forms.ChoiceField(label=_("What for"), choices=SupportView.Cause, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=LONG, help_text=_("The person reads it, in these words.")
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"), max_length=300, widget=LONG, help_text=_("The person reads it, in these words.")
    )


class RevocationForm(ReasonForm):
    """Of a role; the reason stays among those who run the site."""

    reason = forms.CharField(label=_("Why"), max_length=200, help_text=_("It is kept with the role's history."))


class AppealForm(forms.Form):
    words = forms.CharField(
        label=_("Your side"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("You can send this once. Somebody else than whoever decided reads it."),
    )


class AppealDecisionForm(forms.Form):
    outcome = forms.ChoiceField(label=_("Decision"), choices=Appeal.Outcome, widget=forms.RadioSelect)
    answer = forms.CharField(
        label=_("Answer"), max_length=500, widget=LONG, help_text=_("The person reads it, in these words.")
    )


class IncidentDecisionForm(AppealDecisionForm):
    outcome = forms.ChoiceField(label=_("Decision"), choices=IncidentAppeal.Outcome, widget=forms.RadioSelect)


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    scope = forms.CharField(
        label=_("Only in"),
        max_length=100,
        required=False,
        help_text=_("A text key such as skill:12. Empty: everywhere."),
    )
    until = DaysField(label=_("For how long"), initial="")
    reason = forms.CharField(label=_("Why"), max_length=200, help_text=_("It is kept with the role's history."))

    def clean_scope(self):
        return one_line(self.cleaned_data["scope"])


# --- Applications -----------------------------------------------------------------------------------------------------
class ApplicationForm(forms.ModelForm):
    skills = SkillPickerField(
        label=_("What you would teach"),
        most=5,
        help_text=_("One to five skills, with commas between."),
        error_messages={"required": _("Name at least one skill.")},
    )
    agreed = forms.BooleanField(
        label=_(
            "I teach from my own work, keep what people tell me in sessions to myself, and come when I said I would."
        ),
        error_messages={"required": _("Without this we cannot let you teach.")},
    )

    class Meta:
        model = ExpertApplication
        fields = ("plan", "evidence", "links")
        widgets = {
            "plan": LONG,
            "evidence": forms.Textarea(attrs={"rows": 6}),
            "links": forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        }
        help_texts = {
            "plan": _("What could people do afterwards that they could not do before?"),
            "evidence": _("What you did with it lately, for whom, and what came of it. Your own page is read as well."),
            "links": _("One a line: work that can be seen, talks, a page about you elsewhere."),
        }

        error_messages = {
            "plan": {"required": _("Say what your first session would be.")},
            "evidence": {"required": _("Say why you.")},
        }

    field_order = ("skills", "plan", "evidence", "links", "agreed")

    def __init__(self, *args, is_draft=False, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("skills", "plan", "evidence", "agreed"):
            self.fields[name].required = not is_draft
        if self.instance.pk:
            self.initial["skills"] = list(self.instance.skills.order_by("name"))

    def clean_links(self):
        addresses = self.cleaned_data["links"].split()
        field = forms.URLField(assume_scheme="https", max_length=300)
        try:
            return "\n".join(field.clean(address) for address in addresses)
        except forms.ValidationError as error:
            raise forms.ValidationError(_("One of these is no address. Write each on a line of its own.")) from error

    def _post_clean(self):
        """Nothing is put on the row here: the service does that."""

    def written(self):
        return {name: self.cleaned_data[name] for name in ("plan", "evidence", "links")}


class AnswerForm(forms.Form):
    words = forms.CharField(label=_("Your answer"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5}))


class DecisionForm(forms.Form):
    words = forms.CharField(
        label=_("Your words"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The applicant reads them. A question and a refusal need some: say what to show or to do first."),
    )
    wait_days = forms.TypedChoiceField(
        label=_("If declined, they may apply again"), choices=WAITS, coerce=int, initial=WAITS[0][0]
    )


# --- Marks ------------------------------------------------------------------------------------------------------------
class MarkForm(forms.ModelForm):
    class Meta:
        model = RoleMark
        fields = ("kind", "name", "link", "words")
        help_texts = {
            "name": _("The organisation, as it calls itself."),
            "link": _("A page that shows it: a team page, a register, a certificate."),
            "words": _("Only staff read this."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["link"].assume_scheme = "https"

    def _post_clean(self):
        """Nothing is put on the row here: the service does that."""


class GrantMarkForm(forms.Form):
    scope = forms.CharField(
        label=_("For"),
        max_length=120,
        required=False,
        help_text=_("What it speaks for, such as: the planning office. Stands beside the mark."),
    )
    ends_at = DaysField(label=_("For how long"), initial=365)


# --- Curating ---------------------------------------------------------------------------------------------------------
class ActForm(forms.Form):
    """Why: a reason that is counted, and words that the author reads."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("Choose one")), *Reason.choices],
        help_text=_("The author reads it, and beside it what to change."),
    )
    words = forms.CharField(
        label=_("In your words"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The author reads it. Say what to change, not what is wrong with them."),
    )

    def clean(self):
        data = super().clean()
        if data.get("reason") == Reason.OTHER and not one_line(data.get("words", "")):
            self.add_error("words", _("Say what it is in your own words."))
        return data


def act_form(act):
    """The form of one act: its own fields, then the reason."""
    return type("FormOfAct", (act.form, ActForm), {}) if act.form else ActForm


class FlagForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("What is wrong with it"),
        choices=[(reason.value, reason.label) for reason in HARM],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("What a moderator should know"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Only moderators read it, with your name."),
    )


class ObjectionForm(forms.Form):
    words = forms.CharField(
        label=_("Your side"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("You can send this once. Somebody else than whoever acted reads it."),
    )


class ObjectionDecisionForm(forms.Form):
    outcome = forms.ChoiceField(label=_("Decision"), choices=ActAppeal.Outcome, widget=forms.RadioSelect)
    answer = forms.CharField(
        label=_("Answer"), max_length=500, widget=LONG, help_text=_("The author reads it, in these words.")
    )


class NoteForm(forms.Form):
    note = forms.CharField(label=_("Note for moderators"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
