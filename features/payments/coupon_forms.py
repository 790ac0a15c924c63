import re
from datetime import datetime, time, timedelta

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.templatetags.ui import DIGITS
from features.payments.models import Coupon

CODE = re.compile(r"^[A-Z0-9][A-Z0-9-]{3,29}$")


class CouponForm(forms.Form):
    """A coupon of one's own things, or of all of the site's. The service decides whether it may be."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        required=False,
        max_length=30,
        help_text=gettext_lazy("Letters, digits and hyphens, four at least. Leave it empty for one nobody can guess."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What it takes off"),
        choices=[("percent", gettext_lazy("A share of the price, in percent")), ("amount", gettext_lazy("An amount"))],
        initial="percent",
        widget=forms.RadioSelect,
    )
    value = forms.DecimalField(label=gettext_lazy("How much"), max_value=100_000)
    target = forms.ChoiceField(label=gettext_lazy("What it is for"), required=False)
    most = forms.IntegerField(
        label=gettext_lazy("How often altogether"), required=False, min_value=1, max_value=1_000_000
    )
    most_each = forms.IntegerField(label=gettext_lazy("How often each person"), min_value=1, max_value=100, initial=1)
    starts_on = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    ends_on = forms.DateField(
        label=gettext_lazy("Until, with that day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args, things, **kwargs):
        super().__init__(*args, **kwargs)
        scopes = [(f"all:{scope.value}", scope.label) for scope in Coupon.Scope]
        self.fields["target"].choices = [*scopes, *((f"one:{thing.key}", thing.title) for thing in things)]
        self.fields["target"].initial = "all:"

    def clean_code(self):
        code = self.cleaned_data["code"].strip().upper()
        if code and not CODE.match(code):
            raise forms.ValidationError(_("Use letters, digits and hyphens, four at least."))
        return code

    def clean(self):
        data = super().clean()
        value, kind = data.get("value"), data.get("kind")
        digits = 0 if kind == "percent" else DIGITS.get(settings.CURRENCY, 2)
        if value is not None and (value != round(value, digits) or value <= 0 or (kind == "percent" and value > 100)):
            words = _("Write whole percent from 1 to 100.") if kind == "percent" else _("Write an amount such as 10.")
            self.add_error("value", words)
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", _("It ends before it begins."))
        if data.get("ends_on") and data["ends_on"] < timezone.localdate():
            self.add_error("ends_on", _("This day is over."))
        return data

    def facts(self) -> dict:
        """What the service takes."""
        data = self.cleaned_data
        how, _colon, target = data["target"].partition(":")
        is_percent = data["kind"] == "percent"
        return {
            "code": data["code"],
            "percent": int(data["value"]) if is_percent else None,
            "amount_minor": None if is_percent else int(data["value"].scaleb(DIGITS.get(settings.CURRENCY, 2))),
            "currency": settings.CURRENCY,
            "scope": target if how == "all" else "",
            "thing": target if how == "one" else "",
            "most": data["most"],
            "most_each": data["most_each"],
            "starts_at": _midnight(data["starts_on"]) if data["starts_on"] else timezone.now(),
            "ends_at": _midnight(data["ends_on"] + timedelta(days=1)) if data["ends_on"] else None,
        }


def _midnight(day):
    """As its maker's clock has it."""
    return timezone.make_aware(datetime.combine(day, time()))
