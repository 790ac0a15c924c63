from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from core.text import one_line
from features.forum.models import LONGEST, Board, Kind
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

    def clean_title(self):
        return one_line(self.cleaned_data["title"])


class ReplyForm(forms.Form):
    text = _text(_("Your answer"), 5, help_text=MARKDOWN)


class RemarkForm(forms.Form):
    text = forms.CharField(label=_("Your comment"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class VoteForm(forms.Form):
    value = forms.TypedChoiceField(choices=[(1, ""), (0, ""), (-1, "")], coerce=int)


class AcceptanceForm(forms.Form):
    act = forms.ChoiceField(choices=[("accept", ""), ("take_back", "")])


class BoardForm(forms.ModelForm):
    skill = SkillPickerField(label=_("Area"), most=1, help_text=_("Moderators of this skill look after the board."))

    class Meta:
        model = Board
        fields = ("name", "about", "skill", "position", "is_open")

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
