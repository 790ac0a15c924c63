import re

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from core.text import one_line
from features.accounts.models import User
from features.forum.models import LONGEST, Board, Kind, Thread
from features.forum.services import ForumRefused, check_title
from features.notifications.models import Level
from features.skills.fields import SkillPickerField

MARKDOWN = _("Markdown: **bold**, `code`, > quote, lists. Indent a block of code by four spaces, or fence it with ```.")


def _text(label, rows, least=1, help_text=""):
    return forms.CharField(
        label=label,
        min_length=least,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=help_text,
    )


def seen_title(title):
    """Beside the field, what the service would say."""
    try:
        return check_title(title)
    except ForumRefused as refused:
        raise forms.ValidationError(refused.words) from refused


class PictureField(forms.FileField):
    """A picture that goes below the text."""

    def __init__(self):
        super().__init__(
            label=_("A picture"),
            required=False,
            widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
            help_text=_("JPEG, PNG or WebP up to 8 MB. It goes below what you wrote."),
        )


class ThreadForm(forms.Form):
    kind = forms.ChoiceField(label=_("What it is"), choices=Kind, widget=forms.RadioSelect, initial=Kind.QUESTION)
    board = forms.ModelChoiceField(
        label=_("Board"), queryset=Board.objects.filter(is_open=True), to_field_name="slug", empty_label=None
    )
    title = forms.CharField(
        label=_("In one sentence"),
        min_length=10,
        max_length=150,
        help_text=_("As you would say it to a colleague. Somebody with the same problem must recognise it."),
    )
    text = _text(_("The whole of it"), 8, least=20, help_text=MARKDOWN)
    skills = SkillPickerField(label=_("Skills"), help_text=_("One to three, so that who knows about them finds it."))
    picture = PictureField()
    is_anonymous = forms.BooleanField(
        label=_("Ask without my name"),
        required=False,
        help_text=_("Readers see “Somebody”, here and wherever it is listed. Moderators see who you are."),
    )

    in_workshop = forms.BooleanField(
        label=_("Help me with it first"),
        required=False,
        help_text=_(
            "For a first question: volunteers read it before anybody else, and help you to make it clear. You publish "
            "it when you like; if nobody says more, it is published after a day."
        ),
    )
    about = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args, is_new=True, **kwargs):
        super().__init__(*args, **kwargs)
        if not is_new:
            del self.fields["in_workshop"]

    def clean_title(self):
        return seen_title(self.cleaned_data["title"])


class ReplyForm(forms.Form):
    text = _text(_("Your answer"), 5, help_text=MARKDOWN)
    picture = PictureField()

    def __init__(self, *args, is_question=True, **kwargs):
        super().__init__(*args, **kwargs)
        if not is_question:
            self.fields["text"].label = _("Your reply")


class EditForm(forms.Form):
    """Another wording of a post: of one's own, or (`needs_reason`) of somebody else's."""

    title = forms.CharField(label=_("In one sentence"), min_length=10, max_length=150)
    text = _text(_("The whole of it"), 10, help_text=MARKDOWN)
    reason = forms.CharField(
        label=_("What you changed, and why"), max_length=200, required=False, help_text=_("It stands in the history.")
    )

    def __init__(self, *args, has_title, needs_reason, **kwargs):
        super().__init__(*args, **kwargs)
        if not has_title:
            del self.fields["title"]
        self.fields["reason"].required = needs_reason

    def clean_title(self):
        return seen_title(self.cleaned_data["title"])


class DuplicateForm(forms.Form):
    """The address of a thread on this site, or its number."""

    of = forms.CharField(
        label=_("Address of the thread that has the answer"), max_length=300, help_text=_("As your browser shows it.")
    )

    def clean_of(self):
        found = re.search(r"(?:/threads/|^)(\d{1,18})(?:/|$)", self.cleaned_data["of"].strip())
        thread = Thread.objects.shown().filter(pk=found[1]).first() if found else None
        if thread is None:
            raise forms.ValidationError(_("No thread is there. Copy its address from the browser."))
        return thread


class DuplicateAnswerForm(forms.Form):
    act = forms.ChoiceField(choices=[("solved", ""), ("different", "")])
    because = forms.CharField(label=_("What is different"), max_length=200, required=False)


class InvitationForm(forms.Form):
    person = forms.CharField(
        label=_("Whom you ask"),
        max_length=31,
        help_text=_("The name in the address of their page, such as amara-okonjo."),
    )

    def clean_person(self):
        handle = self.cleaned_data["person"].strip().removeprefix("@").lower()
        person = User.objects.filter(handle=handle, is_active=True).first()
        if person is None:
            raise forms.ValidationError(_("Nobody is called so here. Look at the address of their page."))
        return person


class FollowingForm(forms.Form):
    level = forms.ChoiceField(choices=[(Level.MAIL, ""), (Level.DIGEST, ""), (Level.OFF, "")])


class ReadingForm(forms.Form):
    post = forms.IntegerField(min_value=1, max_value=2**62)


class RemarkForm(forms.Form):
    text = forms.CharField(label=_("Your comment"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class WordingForm(forms.Form):
    """What a moderator does to a former wording, or to all of them."""

    ACTS = [("hide", _("Hide it")), ("show", _("Show it")), ("erase", _("Erase all"))]
    act = forms.ChoiceField(choices=ACTS)
    wording = forms.IntegerField(required=False)
    reason = forms.CharField(max_length=200, required=False)


class VoteForm(forms.Form):
    value = forms.TypedChoiceField(choices=[(1, ""), (0, ""), (-1, "")], coerce=int)


class AcceptanceForm(forms.Form):
    act = forms.ChoiceField(choices=[("accept", ""), ("take_back", "")])


class BoardForm(forms.ModelForm):
    skill = SkillPickerField(label=_("Area"), most=1, help_text=_("Moderators of this skill look after the board."))

    class Meta:
        model = Board
        fields = ("name", "about", "skill", "position", "shelf_months", "is_open")

    def clean_name(self):
        name = one_line(self.cleaned_data["name"])
        self.instance.slug = self.instance.slug or slugify(name)
        if not self.instance.slug:
            raise forms.ValidationError(_("Give it a name with letters."))
        if Board.objects.exclude(pk=self.instance.pk).filter(slug=self.instance.slug).exists():
            raise forms.ValidationError(_("There is a board of this name."))
        return name

    def clean_skill(self):
        return self.cleaned_data["skill"][0]
