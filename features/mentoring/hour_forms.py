from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.templatetags.ui import minor
from features.mentoring.models import Offer, OfficeHour
from features.payments import services as payments
from features.skills.models import Skill


class OfficeHourForm(forms.ModelForm):
    starts_at = forms.DateTimeField(
        label=_("When it begins"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        help_text=_(
            "By your own clock, two days from now at least. A day before it is decided whether it takes place."
        ),
    )
    minutes = forms.TypedChoiceField(label=_("Length"), coerce=int, choices=[*Offer.LENGTHS[1:], (90, _("90 minutes"))])
    price = forms.DecimalField(
        label=_("Price of the whole hour"), min_value=0, max_value=1_000_000, required=False, initial=0,
        help_text=_("Shared by all who come: you get the same, and each pays less the more there are."),
    )  # fmt: skip

    class Meta:
        model = OfficeHour
        fields = ("title", "skill", "description", "starts_at", "minutes", "price", "least", "most")
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.instance.currency = settings.CURRENCY
        self.fields["price"].label = _("Price of the whole hour in %(currency)s") % {"currency": settings.CURRENCY}
        mine = Skill.objects.filter(mentor_pages=self.instance.mentor_id).order_by("name")
        self.fields["skill"].queryset = mine
        self.fields["skill"].help_text = _("One that you mentor in.")

    def clean(self):
        data = super().clean()
        if (data.get("least") or 2) > (data.get("most") or 6):
            self.add_error("most", _("At most is less than at least."))
        price = data.get("price") or 0
        if wrong := payments.why_not_price(price, settings.CURRENCY, parts=data.get("least") or 2):
            self.add_error("price", wrong)
        self.instance.price_minor = minor(price, settings.CURRENCY)
        return data
