from datetime import date as day
from datetime import timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import languages
from core.models import make_public_id
from core.templatetags.ui import minor, plain_price
from features.accounts import zones
from features.calendar.zones import from_wall
from features.payments import services as payments
from features.sessions.fields import LineField
from features.sessions.joining import VERDICTS
from features.sessions.models import REMINDERS, Format, SkillSession
from features.sessions.services.hosting import OF_THE_OWNER, version_of
from features.sessions.ticket_forms import ticket_forms, written
from features.skills.fields import SkillPickerField

# So far ahead, and not before there was this site, so that no clock in the world is asked what it does not know.
YEARS_AHEAD, EARLIEST = 5, day(2000, 1, 1)
LENGTHS = [(n, _("%(n)d minutes") % {"n": n}) for n in (30, 45, 60, 90, 120, 180, 240, 360, 480)]


class RegistrationForm(forms.Form):
    """`choices` are the kinds of ticket that stand there to be chosen, where there are kinds (see choices.py)."""

    ticket = forms.TypedChoiceField(
        label=_("Your ticket"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": VERDICTS["choose_ticket"].words},
    )
    note = forms.CharField(
        label=_("A word to the host"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What you hope for, or what the host should know. Only the host reads it."),
    )

    def __init__(self, *args, session, choices=(), **kwargs):
        super().__init__(*args, **kwargs)
        if not session.has_kinds:
            del self.fields["ticket"]
            return
        field = self.fields["ticket"]
        field.choices = [(ticket.pk, ticket.name) for ticket in session.tickets.all()]
        field.widget.choices = [(choice.ticket.pk, choice.label) for choice in choices]
        if len(choices) == 1:
            self.initial.setdefault("ticket", choices[0].ticket.pk)

    def chosen(self, session):
        """The kind of ticket that was chosen, if one was."""
        pk = self.cleaned_data.get("ticket")
        return next((ticket for ticket in session.tickets.all() if ticket.pk == pk), None) if pk else None


class SessionForm(forms.ModelForm):
    """What a host says about a session. Date and time are wall time where the host is; the zone is part of it."""

    form_key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=22)
    # How it stood when the form was drawn: several may write on it.
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    skills = SkillPickerField(label=_("Skills"), help_text=_("One to three, so that people can find this."))
    date = forms.DateField(
        label=_("Date"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    time = forms.TimeField(
        label=_("Time"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    minutes = forms.TypedChoiceField(label=_("Length"), choices=LENGTHS, coerce=int, initial=90)
    capacity = forms.IntegerField(
        label=_("Seats"), min_value=1, max_value=100_000, initial=12, help_text=_("How many people can take part.")
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zones.choices)
    language = forms.ChoiceField(label=_("Language"), choices=languages.choices)
    price = forms.DecimalField(
        label=_("Price"), required=False, min_value=0, max_value=1_000_000, decimal_places=2, initial=0,
        help_text=_("0 is free. People pay before their seat is theirs; you are paid after the session."),
    )  # fmt: skip
    least_seats = forms.IntegerField(
        label=_("Least number of people"), required=False, min_value=2, max_value=100_000,
        help_text=_("With fewer it is called off by itself, and everybody gets everything back. Empty: in any case."),
    )  # fmt: skip
    decide_hours = forms.TypedChoiceField(
        label=_("Decided"),
        coerce=int,
        initial=48,
        required=False,
        empty_value=48,
        choices=[(24, _("a day before")), (48, _("two days before")), (72, _("three days before")),
                 (168, _("a week before"))],
    )  # fmt: skip
    cancellation_hours = forms.TypedChoiceField(
        label=_("People can cancel until"),
        coerce=int,
        initial=24,
        choices=[(0, _("the start")), (24, _("a day before")), (48, _("two days before")), (168, _("a week before"))],
    )
    reminder_minutes = forms.TypedMultipleChoiceField(
        label=_("Remind people"), choices=REMINDERS, coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    follow_up_minutes = forms.TypedChoiceField(
        label=_("Afterwards ask those who came how it was"), coerce=int, required=False, empty_value=None,
        choices=[(60, _("an hour after the end")), (180, _("three hours after the end")), (1440, _("the day after")),
                 ("", _("not at all"))],
    )  # fmt: skip

    template_name = "sessions/session_form.html"

    class Meta:
        model = SkillSession
        fields = (
            "title", "outcome", "kind", "level", "language", "format", "address", "room_url", "time_zone", "capacity",
            "description", "preparation", "cancellation_hours", "refund_preset", "reminder_minutes", "least_seats",
            "decide_hours",
        )  # fmt: skip
        field_classes = {"title": LineField, "outcome": LineField, "address": LineField}
        widgets = {
            "outcome": forms.Textarea(attrs={"rows": 2}),
            "description": forms.Textarea(attrs={"rows": 6}),
            "preparation": forms.Textarea(attrs={"rows": 2}),
        }
        help_texts = {
            "description": _("Markdown: **bold**, lists, links, headings."),
            "room_url": _(
                "Only people with a seat get there, each through a link of their own. You can change it any time."
            ),
        }

    field_order = (
        "title", "outcome", "skills", "kind", "level", "language", "date", "time", "minutes", "time_zone", "format",
        "room_url", "address", "capacity", "description", "preparation", "price", "cancellation_hours",
        "refund_preset", "least_seats", "decide_hours", "reminder_minutes", "follow_up_minutes",
    )  # fmt: skip

    def __init__(self, *args, host, tickets=None, **kwargs):
        super().__init__(*args, **kwargs)
        session, given = self.instance, kwargs.get("initial") or {}
        self.is_owner = session.pk is None or session.host_id == host.pk
        if session.pk is None:
            session.currency = settings.CURRENCY
        self.tickets = ticket_forms(session, self.data if self.is_bound and self.is_owner else None, tickets)
        if session.pk is None:
            known = {
                "form_key": make_public_id(),
                "time_zone": host.time_zone or settings.DEFAULT_TIME_ZONE,
                "reminder_minutes": session.reminder_minutes,
                "language": next(iter(host.languages), session.language),
            }
        else:
            known = {"skills": list(session.skills.order_by("sessionskill__position")), "seen": version_of(session)}
        known["follow_up_minutes"] = session.follow_up_minutes
        if session.starts_at:
            start = timezone.localtime(session.starts_at, session.zone)
            length = int((session.ends_at - session.starts_at).total_seconds() // 60)
            known |= {"date": start.date(), "time": start.time(), "minutes": length}
            if length not in dict(LENGTHS):
                self.fields["minutes"].choices = [*LENGTHS, (length, _("%(n)d minutes") % {"n": length})]
        if payments.is_set_up():
            known["price"] = plain_price(session.price_minor, session.currency)
            self.fields["price"].label = _("Price in %(currency)s") % {"currency": session.currency}
        else:  # a free community: nothing about money anywhere
            del self.fields["price"], self.fields["refund_preset"]
        if not self.is_owner:
            for name in ("price", *OF_THE_OWNER):
                self.fields.pop(name, None)
        self.initial |= known | given

    @classmethod
    def typed(cls, data, *, host, instance=None, more=False):
        """What was typed, as initial values: a form that is still being written is not blamed for its gaps. With `more`
        there is room for one more kind of ticket."""
        said = {name: field.widget.value_from_datadict(data, {}, name) for name, field in cls.base_fields.items()}
        tickets = written(data)
        if more:
            tickets.append({"format": said["format"]})
        form = cls(initial=said, instance=instance, host=host, tickets=tickets)
        if more and form.tickets.forms:
            form.tickets.forms[-1].fields["name"].widget.attrs["autofocus"] = True
        return form

    def is_valid(self):
        is_valid = super().is_valid()
        if self.tickets.is_bound:
            is_valid = self.tickets.is_valid() and is_valid and self.tickets.fit(self.cleaned_data)
        return is_valid

    @property
    def is_at_fault(self):
        return bool(self.errors) or self.are_tickets_at_fault

    @property
    def are_tickets_at_fault(self):
        return any(form.errors for form in self.tickets.forms)

    def blame(self, refused):
        """What the service refused, at its field. That another saved it is said once: sent again, it is meant."""
        if refused.code == "overtaken":
            self.instance.refresh_from_db(fields=["updated_at"])
            self.data = self.data.copy()
            self.data["seen"] = version_of(self.instance)
        if refused.row is not None and self.tickets.is_bound:
            self.tickets.rows()[refused.row].add_error(refused.field, refused.words)
        else:
            self.add_error(refused.field if refused.field in self.fields else None, refused.words)

    def clean_date(self):
        date = self.cleaned_data["date"]
        if date and not EARLIEST <= date <= timezone.localdate() + timedelta(days=365 * YEARS_AHEAD):
            words = _("Choose a date within the next %(years)d years.") % {"years": YEARS_AHEAD}
            raise forms.ValidationError(words, code="out_of_range")
        return date

    def clean(self):
        data = super().clean()
        date, time = data.get("date"), data.get("time")
        if bool(date) != bool(time):
            self.add_error("time" if date else "date", _("A date needs a time, and a time needs a date."))
        if data.get("format") == Format.IN_PERSON and not data.get("address"):
            self.add_error("address", _("Say where people should come to."))
        if data.get("least_seats") and data["least_seats"] > (data.get("capacity") or data["least_seats"]):
            self.add_error("least_seats", _("That is more than there are seats."))
        if wrong := payments.why_not_price(data.get("price"), self.instance.currency):
            self.add_error("price", wrong)
        data["starts_at"] = data["ends_at"] = None
        if date and time and data.get("time_zone") and data.get("minutes"):
            try:
                data["starts_at"] = self._as_it_stands(date, time, data["time_zone"]) or from_wall(
                    date, time, data["time_zone"]
                )
            except forms.ValidationError as error:
                self.add_error("time", error)
            else:
                data["ends_at"] = data["starts_at"] + timedelta(minutes=data["minutes"])
        return data

    def _as_it_stands(self, date, time, zone):
        """The start that is kept already, if its clock shows this: it may be the second of two equal hours in autumn,
        and have seconds, which no field shows."""
        kept = self.instance.starts_at
        shown = kept and timezone.localtime(kept, ZoneInfo(zone))
        is_same = shown and (shown.date(), f"{shown:%H:%M}") == (date, f"{time:%H:%M}")
        return kept if is_same else None

    def _post_clean(self):
        """Nothing is put on the row here: the service does that, under a lock."""

    def wording(self):
        """What the service takes: the session's columns, and the skills apart."""
        data = dict(self.cleaned_data)
        skills = data.pop("skills")
        for name in ("form_key", "seen", "date", "time", "minutes"):
            data.pop(name)
        if "price" in self.fields:
            data["price_minor"] = minor(data.pop("price") or 0, self.instance.currency)
        return data, skills

    def wanted_tickets(self):
        """All its kinds of ticket; None where the form said nothing of them."""
        return self.tickets.wanted(self.instance) if self.tickets.is_bound else None


class CancellationForm(forms.Form):
    reason = LineField(
        label=_("What happened"), max_length=200, help_text=_("One sentence. Everybody who has a seat reads it.")
    )
