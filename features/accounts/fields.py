"""What signing up asks. Apart from the other forms, because allauth builds its own on top of it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.text import is_seen, one_line
from features.accounts import zones


class NameField(forms.CharField):
    def __init__(self, **kwargs):
        attributes = {"autocomplete": "name"}
        super().__init__(max_length=80, label=_("Name"), widget=forms.TextInput(attrs=attributes), **kwargs)

    def clean(self, value):
        name = one_line(value or "")
        return super().clean(name if is_seen(name) else "")  # nobody goes by a name that leaves nothing on the page


class SignUpFields(forms.Form):
    """What signing up asks besides the address, whichever way somebody comes. allauth puts its own fields around it."""

    name = NameField()
    # Filled in by the browser; empty without JavaScript, and then the zone stays unknown until somebody sets it.
    time_zone = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput(attrs={"data-zone": ""}))

    def clean_time_zone(self):
        return zones.clean(self.cleaned_data["time_zone"])

    def signup(self, request, user):
        """allauth's hook after the account is made; the adapter has used the fields by then."""
