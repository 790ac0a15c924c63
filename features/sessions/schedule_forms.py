from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from features.calendar.zones import from_wall
from features.sessions.models import SkillSession


class ScheduleForm(forms.Form):
    """A moment on the clocks of the session's host."""

    date = forms.DateField(label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    time = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))

    def __init__(self, data=None, *, session: SkillSession):
        self.zone = session.time_zone
        known = session.publish_at and timezone.localtime(session.publish_at, session.zone)
        super().__init__(data, initial={"date": known.date(), "time": known.time()} if known else {})

    def clean(self):
        data = super().clean()
        if data.get("date") and data.get("time"):
            try:
                data["at"] = from_wall(data["date"], data["time"], self.zone)
            except forms.ValidationError as error:
                self.add_error("time", error)
            except (ValueError, OverflowError):
                self.add_error("date", _("Choose a date that there is."))
        return data
