from django import forms
from django.utils.translation import gettext_lazy as _


class InvitationForm(forms.Form):
    handle = forms.CharField(
        label=_("Their name here"),
        max_length=60,
        help_text=_("As in the address of their page: /people/amara-okonjo/ is amara-okonjo."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}),
    )
