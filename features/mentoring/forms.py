from datetime import UTC, datetime

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.templatetags.ui import local, minor, plain_price, words
from features.accounts import zones
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
            "travel_from", "travel_until", "travel_zone",
        )  # fmt: skip
        widgets = {
            "travel_from": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "travel_until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts = {
            "travel_from": _("While you travel, your free hours are on the clocks of where you are."),
        }

    travel_zone = forms.ChoiceField(
        label=_("On the clocks of"), required=False, choices=lambda: [("", _("No journey")), *zones.choices()]
    )

    def clean(self):
        data = super().clean()
        start, end, zone = (data.get(f"travel_{part}") for part in ("from", "until", "zone"))
        if start and end and end < start:
            self.add_error("travel_until", _("That is before you leave."))
        for part, value in (("from", start), ("until", end), ("zone", zone)):
            if not value and (start or end or zone) and f"travel_{part}" not in self.errors:
                self.add_error(f"travel_{part}", _("Of a journey say from when, until when, and where."))
        return data
