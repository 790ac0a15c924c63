from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from features.accounts.models import User
from features.moderation.forms import LONG


class MergeChoiceForm(forms.Form):
    """Which other account, and which of the two stays."""

    other = forms.CharField(
        label=_("The other account"), max_length=60, help_text=_("Its handle, as it stands in the address of its page.")
    )
    stays = forms.ChoiceField(
        label=_("Which one stays"),
        choices=[("this", _("The one of this page")), ("other", _("The other one"))],
        widget=forms.RadioSelect,
        initial="this",
        help_text=_("It keeps its handle, its log-in, and what both have."),
    )

    def clean_other(self):
        handle = self.cleaned_data["other"].strip().removeprefix("@").lower()
        if found := User.objects.filter(Q(handle=handle) | Q(former_handles__handle=handle)).first():
            return found
        raise forms.ValidationError(_("Nobody has this handle. Copy it from the list of people."))

    def pair(self, person):
        """(who stays, who is merged)."""
        other = self.cleaned_data["other"]
        return (person, other) if self.cleaned_data["stays"] == "this" else (other, person)


class MergeForm(forms.Form):
    reason = forms.CharField(
        label=_("Why this is one person"),
        max_length=300,
        widget=LONG,
        help_text=_("Both addresses get it, in these words."),
    )
    takes_addresses = forms.BooleanField(
        label=_("Its confirmed e-mail addresses become further ones of the account that stays"),
        required=False,
        help_text=_("Without this they are free, and belong to no account."),
    )
    is_sure = forms.BooleanField(
        label=_("I know that both are one person, and that nobody can take this apart again"),
    )
