"""The kinds of ticket on the form of a session: rows that stand in its form, and are sent and kept with it."""

from collections import Counter

from django import forms
from django.utils.translation import gettext_lazy as _

from core.templatetags.ui import minor, plain_price
from features.payments import services as payments
from features.sessions.fields import LineField
from features.sessions.models import Format, SkillSession
from features.sessions.services import Wanted
from features.sessions.services.tickets import MOST

PREFIX = "tickets"


class TicketForm(forms.Form):
    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = LineField(label=_("Name"), max_length=60)
    price = forms.DecimalField(label=_("Price"), min_value=0, max_value=1_000_000, decimal_places=2, initial=0)
    capacity = forms.IntegerField(label=_("How many"), required=False, min_value=1, max_value=100_000)
    format = forms.ChoiceField(label=_("Where they take part"), choices=Format)
    instructions = forms.CharField(
        label=_("For those who hold one"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("How to get in, what to bring. Nobody else reads it; it stands in their letters and calendars."),
    )
    is_closed = forms.BooleanField(label=_("No longer sold"), required=False)
    remove = forms.BooleanField(label=_("Remove"), required=False)

    def __init__(self, *args, session: SkillSession, **kwargs):
        super().__init__(*args, **kwargs)
        self.currency = session.currency
        if payments.is_set_up():
            self.fields["price"].label = _("Price in %(currency)s") % {"currency": session.currency}
        else:
            del self.fields["price"]

    def has_changed(self):
        """A row in which nothing is written is no kind of ticket."""
        return any(self[name].data for name in ("pk", "name", "capacity", "instructions"))

    def full_clean(self):
        super().full_clean()
        if self.is_bound and self.cleaned_data.get("remove"):
            self._errors.clear()  # what goes away need not be right

    @property
    def is_wanted(self):
        return self.has_changed() and not self.cleaned_data.get("remove")

    def clean_price(self):
        price = self.cleaned_data["price"]
        if wrong := payments.why_not_price(price, self.currency):
            raise forms.ValidationError(wrong)
        return price

    def wanted(self, known) -> Wanted:
        """Without a field for it, a price stays as it was."""
        said, before = self.cleaned_data, known.get(self.cleaned_data["pk"])
        price_minor = minor(said["price"], self.currency) if "price" in said else before.price_minor if before else 0
        return Wanted(
            pk=before.pk if before else None,
            price_minor=price_minor,
            is_open=not said["is_closed"],
            **{name: said[name] for name in ("name", "format", "capacity", "instructions")},
        )


class BaseTicketForms(forms.BaseFormSet):
    def initial_form_count(self):
        return 0 if self.is_bound else super().initial_form_count()

    def rows(self) -> list[TicketForm]:
        return [form for form in self.forms if form.is_wanted]

    def wanted(self, session) -> list[Wanted]:
        known = {ticket.pk: ticket for ticket in session.tickets.all()} if session.pk else {}
        return [form.wanted(known) for form in self.rows()]

    def fit(self, said) -> bool:
        """Whether they go with what was said of the session; what does not is blamed at its field."""
        names = Counter(form.cleaned_data["name"].casefold() for form in self.rows())
        for form in self.rows():
            row = form.cleaned_data
            if names[row["name"].casefold()] > 1:
                form.add_error("name", _("Another ticket has this name."))
            if row["format"] == Format.IN_PERSON and not said.get("address"):
                form.add_error("format", _("Say above where people should come to."))
            if (row["capacity"] or 0) > said["capacity"]:
                form.add_error("capacity", _("The session has fewer seats than that."))
        return not any(form.errors for form in self.forms)


TicketForms = forms.formset_factory(
    TicketForm, formset=BaseTicketForms, extra=0, max_num=MOST, absolute_max=MOST, validate_max=True
)


def ticket_forms(session: SkillSession, data=None, written: list[dict] | None = None):
    """The rows as they were sent; else as they were `written` and not sent, or as they are."""
    more = {"prefix": PREFIX, "form_kwargs": {"session": session}}
    if data is not None and f"{PREFIX}-TOTAL_FORMS" in data:
        return TicketForms(data, **more)
    return TicketForms(initial=known(session) if written is None else written, **more)


def known(session) -> list[dict]:
    """Its kinds, as initial values."""
    return [
        {
            "pk": ticket.pk,
            "price": plain_price(ticket.price_minor, session.currency),
            "is_closed": not ticket.is_open,
            **{name: getattr(ticket, name) for name in ("name", "format", "capacity", "instructions")},
        }
        for ticket in (session.tickets.all() if session.has_kinds else ())
    ]


def written(data) -> list[dict]:
    """What was typed, as initial values; rows in which nothing is written stay."""
    total = data.get(f"{PREFIX}-TOTAL_FORMS", "")
    rows = range(min(int(total), MOST) if total.isdecimal() and len(total) < 5 else 0)
    fields = TicketForm.base_fields.items()
    return [
        {name: field.widget.value_from_datadict(data, {}, f"{PREFIX}-{row}-{name}") for name, field in fields}
        for row in rows
    ]
