"""What a host writes to those who registered, and to whom."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import make_public_id
from features.sessions.fields import LineField
from features.sessions.models import SessionMessage

Audience = SessionMessage.Audience


class MessageForm(forms.Form):
    to = forms.ChoiceField(label=_("To whom"), widget=forms.RadioSelect(attrs={"class": "pick"}))
    title = LineField(label=_("Subject"), max_length=100, help_text=_("What it is about, in a few words."))
    text = forms.CharField(
        label=_("Message"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Plain text. Everybody gets it as a letter of their own, with your name; no address is shown."),
    )
    form_key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=22)

    def __init__(self, data=None, *, message: SessionMessage):
        first = {"to": f"ticket:{message.ticket_id}" if message.ticket_id else message.audience or Audience.SEATS}
        first |= {"title": message.title, "text": message.text, "form_key": make_public_id()}
        super().__init__(data, initial=first)
        self.tickets = {f"ticket:{ticket.pk}": ticket for ticket in message.session.tickets.all()}
        left_out = (
            {Audience.TICKET} if message.session.has_started(timezone.now()) else {Audience.TICKET, Audience.PRESENT}
        )
        whole = [one for one in Audience.choices if one[0] not in left_out]
        kinds = [(key, _("Those with the ticket “%(name)s”") % {"name": t.name}) for key, t in self.tickets.items()]
        self.fields["to"].choices = [whole[0], *kinds, *whole[1:]]

    def said(self) -> dict:
        """What the service takes."""
        ticket = self.tickets.get(self.cleaned_data["to"])
        audience = Audience.TICKET if ticket else self.cleaned_data["to"]
        return {name: self.cleaned_data[name] for name in ("title", "text")} | {"audience": audience, "ticket": ticket}
