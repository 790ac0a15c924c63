from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from features.integrations import services

LASTS = [(7, _("7 days")), (30, _("30 days")), (90, _("90 days")), (180, _("180 days")), (365, _("A year"))]


class Sentences(forms.CheckboxSelectMultiple):
    """One below the other: they are sentences, not words."""

    template_name = "integrations/checks.html"


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("What it is for"), max_length=60, help_text=_("So that you know it again, such as “calendar script”.")
    )
    scopes = forms.MultipleChoiceField(label=_("What it may do"), widget=Sentences)
    days = forms.TypedChoiceField(label=_("How long it works"), choices=LASTS, coerce=int, initial=90)

    def __init__(self, *args, offered, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(scope.name, scope.label) for scope in offered]

    def lasts(self) -> timedelta:
        return timedelta(days=self.cleaned_data["days"])


class EndpointForm(forms.Form):
    url = forms.CharField(
        label=_("Address"),
        max_length=300,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        help_text=_("It begins with https:// and can be reached from the internet."),
    )
    events = forms.MultipleChoiceField(label=_("What it is told"), widget=Sentences)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["events"].choices = list(services.events.items())
