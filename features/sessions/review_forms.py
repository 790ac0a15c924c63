"""What is said after a session: how it was, whether the host came, and the answer to both."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ReviewForm(forms.Form):
    rating = forms.TypedChoiceField(
        label=_("How was it?"),
        coerce=int,
        choices=[(5, _("5 Excellent")), (4, _("4 Good")), (3, _("3 Fair")), (2, _("2 Poor")), (1, _("1 Bad"))],
        widget=forms.RadioSelect(attrs={"class": "pick"}),
    )
    words = forms.CharField(
        label=_("In your words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What could you do afterwards that you could not do before? Everybody reads it, with your name."),
    )


class AbsenceForm(forms.Form):
    came = forms.TypedChoiceField(
        label=_("How was it?"), coerce=lambda said: said == "yes", widget=forms.RadioSelect(attrs={"class": "pick"})
    )
    words = forms.CharField(
        label=_("In your words"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args, is_host, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["came"].choices = (
            [("yes", _("I was there")), ("no", _("I did not come"))]
            if is_host
            else [("no", _("The host did not come")), ("yes", _("The host was there"))]
        )


class ReplyForm(forms.Form):
    words = forms.CharField(
        label=_("Your answer"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One answer, for everybody to read. It cannot be changed afterwards."),
    )
