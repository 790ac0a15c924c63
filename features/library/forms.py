from decimal import Decimal

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from core import languages
from core.templatetags.ui import DIGITS
from core.text import one_line
from features.accounts.services import SUFFIXES
from features.library.models import LONGEST, Lesson, Work
from features.payments import services as payments
from features.skills.fields import SkillPickerField

MARKDOWN = _("Markdown: **bold**, `code`, > quote, lists, ### headings, [a link](https://example.org).")
HTTPS = RegexValidator(r"^https://", _("Give an address that begins with https://."))


def _text(label, rows, help_text=MARKDOWN):
    return forms.CharField(
        label=label,
        required=False,
        max_length=LONGEST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=help_text,
    )


class WorkForm(forms.ModelForm):
    """What everybody reads of a work, and what it costs. The service puts it on the row."""

    kind = forms.ChoiceField(label=_("What it is"), choices=Work.Kind, widget=forms.RadioSelect, initial="course")
    about = _text(_("What everybody reads"), 8)
    skills = SkillPickerField(label=_("Skills"), help_text=_("One to three, so that people can find this."))
    language = forms.ChoiceField(label=_("Language"), choices=languages.choices)
    price = forms.DecimalField(
        label=_("Price"),
        required=False,
        min_value=0,
        max_value=1_000_000,
        help_text=_("Leave it empty for something free. Who has it keeps it when you change the price."),
    )

    class Meta:
        model = Work
        fields = ("kind", "title", "outcome", "level", "language", "about")
        help_texts = {
            "outcome": _("In one sentence: “Write a query plan down and say which line costs the most.”"),
        }

    field_order = ("kind", "title", "outcome", "skills", "level", "language", "price", "about")

    def __init__(self, *args, author, **kwargs):
        super().__init__(*args, **kwargs)
        work = self.instance
        self.digits = DIGITS.get(work.currency or settings.CURRENCY, 2)
        if work.pk:
            self.initial["skills"] = list(work.skills.all())
            if work.price_minor:
                self.initial["price"] = Decimal(work.price_minor).scaleb(-self.digits)
            del self.fields["kind"]
        else:
            self.initial.setdefault("language", next(iter(author.languages), "en"))
        if payments.is_set_up():
            self.fields["price"].decimal_places = self.digits
            self.fields["price"].label = _("Price in %(currency)s") % {"currency": work.currency or settings.CURRENCY}
        else:
            del self.fields["price"]

    def clean_price(self):
        price = self.cleaned_data["price"] or Decimal(0)
        if wrong := payments.why_not_price(price, self.instance.currency or settings.CURRENCY):
            raise forms.ValidationError(wrong)
        return price

    def _post_clean(self):
        """Nothing is put on the row here: the service does that, under a lock."""

    def wording(self):
        """What the service takes: the columns, and the skills apart."""
        data = dict(self.cleaned_data)
        skills = data.pop("skills")
        if "price" in data:
            data["price_minor"] = int(data.pop("price").scaleb(self.digits))
        return data, skills


class LessonForm(forms.ModelForm):
    """A lesson: text and video stand behind the gate. An article's has no title, preview or days of its own."""

    text = _text(_("Text"), 14)
    video_url = forms.URLField(
        label=_("Video"),
        required=False,
        max_length=500,
        assume_scheme="https",
        validators=[HTTPS],
        help_text=_("The address of a video elsewhere, such as PeerTube or Vimeo. Only readers of the lesson see it."),
    )
    upload = forms.FileField(
        label=_("File to download"),
        required=False,
        max_length=200,
        help_text=_("Up to 8 MB: %(kinds)s.") % {"kinds": ", ".join(suffix[1:] for suffix in SUFFIXES)},
        widget=forms.FileInput(attrs={"accept": ",".join(SUFFIXES)}),
    )

    class Meta:
        model = Lesson
        fields = ("title", "is_free", "is_draft", "opens_after_days", "opens_on")
        widgets = {"opens_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        help_texts = {
            "is_free": _("Everybody reads it, also without an account."),
            "is_draft": _("Nobody but you sees it."),
            "opens_after_days": _("0 is at once."),
            "opens_on": _("At midnight where you are. Both may be set: the later one holds."),
        }

    field_order = ("title", "text", "video_url", "upload", "is_free", "is_draft", "opens_after_days", "opens_on")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["opens_after_days"].max_value = 365
        self.fields["opens_after_days"].required = False
        if not self.instance.work.is_course:
            for name in ("title", "is_free", "is_draft", "opens_after_days", "opens_on"):
                del self.fields[name]

    def clean_opens_after_days(self):
        return min(self.cleaned_data["opens_after_days"] or 0, 365)

    def _post_clean(self):
        """Nothing is put on the row here: the service does that."""

    def wording(self):
        """(columns of the table of contents, text, video)."""
        data = {name: value for name, value in self.cleaned_data.items() if name not in ("text", "video_url", "upload")}
        return data, self.cleaned_data["text"], self.cleaned_data["video_url"]


class TitleForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=120)

    def clean_title(self):
        return one_line(self.cleaned_data["title"])


class MoveForm(forms.Form):
    act = forms.ChoiceField(choices=[("up", ""), ("down", ""), ("remove", ""), ("restore", "")])


class RevocationForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it no longer holds"), max_length=200, help_text=_("Everybody who checks it reads this.")
    )
