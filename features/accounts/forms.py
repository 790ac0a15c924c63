import secrets
from copy import copy

from allauth.account import forms as allauth
from allauth.account.adapter import get_adapter
from django import forms
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import languages
from core.text import one_line
from features.accounts import handles, services, zones
from features.accounts.fields import NameField
from features.accounts.models import Consent, SiteRules, User, site_day
from features.accounts.passwords import NotAboutYou


class SaysEMail:
    """One spelling for one thing: allauth calls it Email, and Login where it is the only way to log in."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in {"login", "email"} & set(self.fields):
            self.fields[name].label = _("E-mail")


class LoginForm(SaysEMail, allauth.LoginForm):
    pass


class Readmits:
    """allauth writes codes to active accounts only, so a suspension whose end has come is ended first."""

    def clean_email(self):
        services.readmit(email=self.cleaned_data["email"].lower())
        return super().clean_email()


class RequestLoginCodeForm(SaysEMail, Readmits, allauth.RequestLoginCodeForm):
    pass


class ResetPasswordForm(SaysEMail, Readmits, allauth.ResetPasswordForm):
    pass


class ChangeAddressForm(SaysEMail, allauth.AddEmailForm):
    pass


class InSentenceCase:
    """Labels as they stand everywhere else here: allauth writes Current Password."""

    LABELS = {
        "oldpassword": _("Current password"),
        "password1": _("New password"),
        "password2": _("New password (again)"),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.LABELS.keys() & set(self.fields):
            self.fields[name].label = self.LABELS[name]


class ChangePasswordForm(InSentenceCase, allauth.ChangePasswordForm):
    pass


class ResetPasswordKeyForm(InSentenceCase, allauth.ResetPasswordKeyForm):
    pass


class SignupForm(SaysEMail, allauth.SignupForm):
    field_order = ["name", "email", "password1", "time_zone"]
    next_url = ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if services.site_rules().sign_up == SiteRules.SignUp.LISTED:
            self.fields["email"].help_text = _("One that the organisers have listed. It may go by its mail domain.")
        if "password1" in self.fields:
            self.fields["password1"].help_text = _(
                "At least 10 characters. Without one we mail you a code whenever you log in."
            )

    def clean(self):
        """allauth compares the password with the address alone."""
        data = super().clean()
        if data.get("password1") and data.get("name"):
            try:
                NotAboutYou().validate(data["password1"], User(name=data["name"]))
            except forms.ValidationError as fault:
                self.add_error("password1", fault)
        return data

    def clean_email(self):
        email = super().clean_email()
        if not services.may_join(email):  # whether or not there is an account
            raise forms.ValidationError(get_adapter().error_messages["not_listed"])
        return email

    def validate_unique_email(self, value):
        # Nobody has proved that address yet, so this sign-up has the same right to it as the one before.
        return value if services.is_unconfirmed(value) else super().validate_unique_email(value)

    def try_save(self, request):
        # The letter to somebody who has an account leads back to the same place.
        request.sign_up_next = self.next_url or services.safe_next(request, request.POST.get("next"))
        if not self.account_already_exists:
            try:
                return super().try_save(request)
            except services.EmailTaken:  # confirmed between the check and now
                self.account_already_exists = True
        self._rehearse(request)
        return super().try_save(request)

    def _rehearse(self, request):
        """Do the work of making an account, and undo it: how long an answer takes must not tell who is known here."""
        address = self.cleaned_data["email"]
        self.cleaned_data["email"] = f"{secrets.token_hex(8)}@invalid.invalid"
        self.account_already_exists = False
        with transaction.atomic():
            self.save(request)
            transaction.set_rollback(True)
        self.cleaned_data["email"], self.account_already_exists = address, True

    @transaction.atomic
    def save(self, request):
        person = super().save(request)
        services.agree(person=person, terms=services.terms_in_force(), how=Consent.How.SIGN_UP)
        return person


class SignUpInPassing(SignupForm):
    """Sign-up beside another form: the fewest fields that make an account."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["password1"]


class PreferencesForm(forms.ModelForm):
    name = NameField()
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        help_text=_("Languages in which you can follow a session."),
        choices=languages.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one language.")},
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("All times are shown in it."),
        choices=zones.choices,
        widget=forms.Select(attrs={"data-zone": ""}),
    )
    theme = forms.TypedChoiceField(
        label=_("Colours"),
        choices=[("auto", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))],
        coerce=lambda value: value if value != "auto" else "",
        widget=forms.RadioSelect,
    )

    class Meta:
        model = User
        fields = ["name", "handle", "headline", "languages", "time_zone", "theme"]
        help_texts = {
            "handle": _("The last word of your public address. Links with the old one keep working."),
            "headline": _("One line, such as: Database engineer at a parcel carrier"),
        }
        widgets = {"handle": forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["theme"] = self.instance.theme or "auto"
        zone = self.instance.time_zone
        if zone and not any(zone == value for _, group in zones.choices() for value, _ in group):
            self.fields["time_zone"].choices = [(zone, zone), *zones.choices()]
        if not zone:
            # Nothing chosen: the browser's zone is filled in, and without JavaScript somebody chooses knowingly.
            self.fields["time_zone"].choices = [("", _("Choose a city in your zone")), *zones.choices()]

    def clean_handle(self):
        handle = self.cleaned_data["handle"]
        if "handle" in self.changed_data and handles.is_reserved(handle):
            raise forms.ValidationError(_("This handle is kept for the people who run the site. Choose another."))
        return handle

    def clean_headline(self):
        return one_line(self.cleaned_data["headline"])


class ClosureForm(forms.Form):
    words = forms.ChoiceField(
        label=_("What others read of you"),
        choices=[
            ("keep", _("It stays, without my name")),
            ("remove", _("It goes as well")),
        ],
        widget=forms.RadioSelect,
    )
    sure = forms.BooleanField(label=_("I have read what happens, and want my account closed"))


class TermsForm(forms.Form):
    """The next version of a text. `after` is the one it was written from, so that nobody passes over another's."""

    text = forms.CharField(
        label=_("Text"),
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 20}),
        help_text=_("Markdown: **bold**, lists, ### headings, links. Say here from which age on people may join."),
    )
    changes = forms.CharField(
        label=_("What changed"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("In a few plain sentences. Everybody who is asked again reads them first."),
    )
    in_force_on = forms.DateField(
        label=_("In force from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("From this day on nobody acts here without having agreed."),
    )
    after = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args, newest=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial = {"after": newest.version if newest else 0, "in_force_on": site_day()}
        if newest:
            self.initial["text"] = newest.text
        else:
            del self.fields["changes"]


class RulesForm(forms.ModelForm):
    listed = forms.CharField(
        label=_("The list"),
        required=False,
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Mail domains (example.org) or whole addresses (ana@example.org), one a line."),
    )

    class Meta:
        model = SiteRules
        fields = ["audience", "sign_up", "listed", "hosts"]
        widgets = dict.fromkeys(("audience", "sign_up", "hosts"), forms.RadioSelect)
        help_texts = {
            "audience": _(
                "Members only: strangers get the log-in page; feeds, calendars, the site map and the API too."
            ),
            "sign_up": _("Who is here already stays. Nobody is told: send them the address of this site."),
            "hosts": _("To sell and to mentor still takes the role of an expert."),
        }

    def __init__(self, *args, rules, **kwargs):
        super().__init__(*args, instance=copy(rules), **kwargs)  # which must not show what was refused
        self.initial["listed"] = "\n".join(rules.listed)

    def clean_listed(self):
        found = []
        for line in self.cleaned_data["listed"].lower().split():
            entry = line.strip(",;").removeprefix("@")
            try:
                validate_email(entry if "@" in entry else f"somebody@{entry}")
            except forms.ValidationError as fault:
                words = _("“%(entry)s” is neither a mail domain nor an address.") % {"entry": entry[:60]}
                raise forms.ValidationError(words) from fault
            found.append(entry)
        return sorted(set(found))
