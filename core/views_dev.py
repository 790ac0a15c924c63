"""The style page: every component with its states, drawn by the templates and the form machinery that pages use."""

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from django import forms
from django.conf import settings
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

ROLES = ["paper", "card", "sunk", "ink", "petrol", "petrol-soft", "marigold", "marigold-soft", "leaf", "madder"]
PEOPLE = ["Amara Okonjo", "Sofia Mendes", "Łukasz Žižka", "Priyanka Rao-Ellis", "Kwame Boateng-Lund", "Ingrid Solheim"]


class Specimen(forms.Form):
    bound_field_class = forms.BoundField  # the site's own would take the focus, and the page would open in its middle

    title = forms.CharField(label=_("Title"), help_text=_("What someone can do afterwards, in under ten words."))
    price = forms.DecimalField(
        label=_("Price per seat"),
        localize=True,
        error_messages={"invalid": _("Write a price such as 45 or 45.00.")},
    )
    skill = forms.ChoiceField(label=_("Skill"), choices=[("sql", "SQL"), ("feedback", _("Giving feedback"))])
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    clock = forms.TimeField(label=_("Starts at"), widget=forms.TimeInput(attrs={"type": "time"}))
    bring = forms.CharField(label=_("What people should bring"), required=False, widget=forms.Textarea)
    format = forms.ChoiceField(
        label=_("Format"),
        choices=[("workshop", _("Workshop")), ("webinar", _("Webinar")), ("in_person", _("In person"))],
        widget=forms.RadioSelect(attrs={"class": "pick"}),
    )
    refund = forms.ChoiceField(
        label=_("Refund"),
        choices=[
            ("48h", format_html("{}<small>{}</small>", _("Until 48 hours before"), _("What most hosts choose"))),
            ("start", format_html("{}<small>{}</small>", _("Until the start"), _("Books faster, more late changes"))),
        ],
        widget=forms.RadioSelect,
    )
    reminders = forms.MultipleChoiceField(
        label=_("Reminders"),
        choices=[("24h", _("24 hours before")), ("1h", _("1 hour before"))],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    recorded = forms.BooleanField(label=_("The session is recorded"), required=False)


@require_safe
def style(request):
    theme = request.GET.get("theme")
    start = datetime(timezone.now().year, 11, 26, 18, 30, tzinfo=UTC)
    sprite = (settings.BASE_DIR / "static/img/icons.svg").read_text()
    filled = {"price": "4,5,0", "skill": "sql", "format": "workshop", "refund": "48h", "reminders": ["24h"]}
    return render(
        request,
        "dev/style.html",
        {
            "theme": theme if theme in {"light", "dark"} else "",
            "roles": ROLES,
            "people": [SimpleNamespace(pk=n, name=name) for n, name in enumerate(PEOPLE)],
            "start": start,
            "end": start + timedelta(minutes=90),
            "form": Specimen(filled, initial={"clock": "18:30"}),
            "levels": range(1, 6),
            "icons": re.findall(r'<symbol id="([a-z-]+)" viewBox="0 0 24 24"', sprite),
        },
    )
