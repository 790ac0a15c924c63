from django import forms
from django.utils.translation import gettext_lazy as _

from core.text import one_line
from features.payments.models import BillingDetails
from features.payments.services import is_vat_id


class BillingForm(forms.ModelForm):
    class Meta:
        model = BillingDetails
        fields = ("name", "address", "country", "vat_id")
        widgets = {"address": forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"})}

    def clean_name(self):
        return one_line(self.cleaned_data["name"])

    def clean_country(self):
        country = self.cleaned_data["country"].strip().upper()
        if len(country) != 2 or not country.isascii() or not country.isalpha():
            raise forms.ValidationError(_("Write the two letters of the country, such as PT."))
        return country

    def clean_vat_id(self):
        """By its form: whether the number is in force, only its own tax office knows."""
        vat_id = "".join(self.cleaned_data["vat_id"].split()).upper().replace("-", "").replace(".", "")
        if vat_id and not is_vat_id(vat_id):
            raise forms.ValidationError(_("Write the number as in PT123456789, or leave this empty."))
        return vat_id

    def _post_clean(self):
        """Nothing is put on the row here: the service does that."""
