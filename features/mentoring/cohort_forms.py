from django import forms
from django.utils.translation import gettext_lazy as _

from features.accounts.models import User
from features.mentoring.models import Cohort, CohortMember


class CohortForm(forms.ModelForm):
    class Meta:
        model = Cohort
        fields = ("name", "mode")


class PeopleForm(forms.Form):
    handles = forms.CharField(
        label=_("Handles"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("With spaces, commas or lines between, such as amara-okonjo."),
    )
    places = forms.IntegerField(
        label=_("Places of each"), min_value=0, max_value=50, initial=0, help_text=_("0: they want a mentor.")
    )

    def clean_handles(self):
        return self.cleaned_data["handles"].replace(",", " ").split()


class PersonForm(forms.Form):
    person = forms.CharField(max_length=30)


class _PersonChoice(forms.ModelChoiceField):
    def label_from_instance(self, person):
        return person.name


class PinForm(forms.Form):
    mentee = _PersonChoice(label=_("Mentee"), queryset=User.objects.none(), to_field_name="handle")
    mentor = _PersonChoice(
        label=_("Mentor"), queryset=User.objects.none(), to_field_name="handle", required=False,
        empty_label=_("Nobody in particular"),
    )  # fmt: skip

    def __init__(self, *args, cohort, **kwargs):
        super().__init__(*args, **kwargs)
        members = CohortMember.objects.filter(cohort=cohort)
        people = User.objects.order_by("name", "pk")
        self.fields["mentee"].queryset = people.filter(pk__in=members.filter(places=0).values("person"))
        self.fields["mentor"].queryset = people.filter(pk__in=members.filter(places__gt=0).values("person"))


class ReasonOfStaffForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}), help_text=_("Only staff read it.")
    )


class ApartForm(ReasonOfStaffForm):
    one = forms.CharField(label=_("One of them"), max_length=30, help_text=_("The handle, as in the address."))
    other = forms.CharField(label=_("The other one"), max_length=30)
    field_order = ("one", "other", "reason")

    def clean(self):
        """`people` holds the two."""
        data, self.people = super().clean(), []
        for name in ("one", "other"):
            handle = data.get(name, "").strip().lstrip("@").lower()
            if handle and (person := User.objects.filter(handle=handle).first()):
                self.people.append(person)
            elif handle:
                self.add_error(name, _("Nobody has this handle. Look at the address of their page."))
        return data
