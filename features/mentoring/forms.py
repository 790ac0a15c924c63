from datetime import UTC, datetime

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.templatetags.ui import local, minor, plain_price, words
from features.mentoring.models import BookingRules, Offer
from features.payments import services as payments


class SlotField(forms.Field):
    """A moment as our own pages send it: seconds since 1970."""

    def to_python(self, value):
        try:
            return datetime.fromtimestamp(int(value), UTC)
        except (TypeError, ValueError, OverflowError, OSError):
            raise forms.ValidationError(_("Choose one of the times."), code="invalid") from None


class SlotForm(forms.Form):
    starts_at = SlotField(error_messages={"required": _("Choose one of the times.")})


def reason_field(label=None):
    return forms.CharField(
        label=label or _("Why"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One sentence. The other side reads it."),
    )


class MoveForm(forms.Form):
    """`days` holds what can be chosen: (date, [(seconds, start, end)])."""

    starts_at = SlotField(label=_("New time"), widget=forms.Select)
    reason = reason_field()

    def __init__(self, *args, days, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["starts_at"].widget.choices = [
            (
                words(local(times[0][1]), "day"),
                [(seconds, words(local(start), "full")) for seconds, start, _end in times],
            )
            for _day, times in days
        ]


class ReasonForm(forms.Form):
    reason = reason_field()


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("What do you want to talk about?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Two or three sentences let the first minutes count. Only your mentor reads it."),
    )


class OfferForm(forms.ModelForm):
    price = forms.DecimalField(
        label=_("Price"), min_value=0, max_value=1_000_000, required=False, initial=0,
        help_text=_("0 is free. A first talk is always free."),
    )  # fmt: skip

    class Meta:
        model = Offer
        fields = (
            "kind", "title", "description", "minutes", "price", "is_for_mentees", "change_hours", "most_moves",
            "answer_days", "most_open",
        )  # fmt: skip
        widgets = {"description": forms.Textarea(attrs={"rows": 3}), "kind": forms.RadioSelect}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("answer_days", "most_open"):  # an offer of time need not say them
            self.fields[name].required = False
        if self.instance.pk:
            self.initial["price"] = plain_price(self.instance.price_minor, self.instance.currency)
        else:
            self.instance.currency = settings.CURRENCY
        self.fields["price"].label = _("Price in %(currency)s") % {"currency": self.instance.currency}

    def clean(self):
        data = super().clean()
        for name in ("answer_days", "most_open"):
            if data.get(name) is None and name not in self.errors:
                data[name] = Offer._meta.get_field(name).default
        price = data.get("price") or 0
        if data.get("kind") == Offer.Kind.INTRO and price:
            self.add_error("price", _("A first talk is free. Leave the price at 0, or offer a meeting."))
        if wrong := payments.why_not_price(price, self.instance.currency):
            self.add_error("price", wrong)
        self.instance.price_minor = minor(price, self.instance.currency)
        return data


class RulesForm(forms.ModelForm):
    class Meta:
        model = BookingRules
        fields = (
            "room_url", "notice_hours", "horizon_days", "before_minutes", "after_minutes", "most_a_day", "most_a_week",
        )  # fmt: skip
