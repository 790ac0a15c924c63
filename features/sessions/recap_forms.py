"""What a host posts after a session: notes, a recording, what can be read of it, and for whom."""

from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from core import recordings
from features.sessions.models import Recap, SkillSession
from features.sessions.services.recaps import WRITTEN, recap_version

Audience = Recap.Audience


class LinkField(forms.URLField):
    """An address of the web that anybody may be led to: encrypted, of a host with a name, and without a password."""

    default_error_messages = {
        "https": _("Give an address that begins with https://."),
        "credentials": _("Leave the name and password out of the address: everybody who sees the link could use them."),
        "host": _("Give an address that can be reached from the internet."),
    }

    def __init__(self, **kwargs):
        super().__init__(required=False, max_length=500, assume_scheme="https", **kwargs)

    def validate(self, value):
        super().validate(value)
        if not value:
            return
        parts = urlsplit(value)
        if parts.scheme != "https":
            raise forms.ValidationError(self.error_messages["https"], code="https")
        if "@" in parts.netloc:
            raise forms.ValidationError(self.error_messages["credentials"], code="credentials")
        last = (parts.hostname or "").rstrip(".").rpartition(".")
        if not last[0] or last[2].isdecimal() or last[2] in ("local", "localhost", "internal"):
            raise forms.ValidationError(self.error_messages["host"], code="host")


class MomentField(forms.Field):
    """A length, or a moment in a recording, in seconds."""

    default_error_messages = {"invalid": _("Write 1:02:30, 12:40, or whole minutes.")}

    def __init__(self, **kwargs):
        widget = forms.TextInput(attrs={"maxlength": 10, "autocomplete": "off"})
        super().__init__(required=False, widget=widget, **kwargs)

    def to_python(self, value):
        said = str(value or "").strip()
        if not said:
            return None
        seconds = recordings.seconds_in(said)
        if not seconds:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return seconds

    def prepare_value(self, value):
        return recordings.clock(value) if isinstance(value, int) else value


def _for(label):
    return forms.ChoiceField(label=label, choices=Audience, widget=forms.RadioSelect(attrs={"class": "pick"}))


class RecapForm(forms.Form):
    notes = forms.CharField(
        label=_("Notes"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("Markdown: **bold**, `code`, > quote, lists, ### headings, [a link](https://example.org)."),
    )
    notes_for = _for(_("Who sees the notes"))
    recording_url = LinkField(
        label=_("Link to the recording"),
        help_text=_("Where it can be watched, such as PeerTube, Vimeo or YouTube. It begins with https://."),
    )
    recording_seconds = MomentField(
        label=_("How long it is"), help_text=_("1:02:30, or whole minutes. You may leave it empty.")
    )
    recording_for = _for(_("Who sees the recording"))
    has_captions = forms.BooleanField(label=_("The recording shows captions by itself"), required=False)
    captions_url = LinkField(label=_("Link to captions or a transcript"))
    transcript = forms.CharField(
        label=_("Or the transcript as text"),
        required=False,
        max_length=80_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Whoever does not hear well reads it, and the search finds what was said. A rough one helps too."),
    )
    tell = forms.BooleanField(
        label=_("Tell those who registered, once"),
        required=False,
        help_text=_("Everybody with a seat who sees something of it gets one notice. Later changes tell nobody again."),
    )

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)

    def __init__(self, data=None, *, session: SkillSession, recap: Recap | None):
        first = {name: getattr(recap or Recap(), name) for name in WRITTEN}
        super().__init__(data, initial=first | {"tell": not recap, "seen": recap_version(recap)})
        if recap and recap.sent_at:
            del self.fields["tell"]
        if not session.is_free:
            words = _("Of a session with a price what is not for everybody is for those who paid.")
            for name in ("notes_for", "recording_for"):
                self.fields[name].help_text = words

    @property
    def version(self) -> str | None:
        """What was seen by who sends this; None where it was not a page that showed it."""
        return self.cleaned_data["seen"] if "seen" in self.data else None

    def overtaken(self, recap: Recap | None) -> None:
        """Said once: sent again, it is meant."""
        self.data = self.data.copy()
        self.data["seen"] = recap_version(recap)

    def said(self) -> dict:
        """What the service takes."""
        return {name: self.cleaned_data[name] for name in WRITTEN}
