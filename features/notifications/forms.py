from django import forms
from django.utils.translation import gettext_lazy as _

from features.notifications.kinds import DIGEST, FOLLOWS, groups
from features.notifications.models import Level, Rhythm


def _choices(group):
    if group.is_mail_alone:
        return [(Level.OFF, Level.OFF.label), (Level.MAIL, _("Mail"))]
    return [(level, level.label) for level in group.levels]


def _pick():
    return forms.RadioSelect(attrs={"class": "pick"})


class PreferencesForm(forms.Form):
    """One question for each group that leaves a choice, and how often there is a digest."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for key, group in groups().items():
            if group.is_optional:
                self.fields[key] = forms.ChoiceField(
                    label=group.label, help_text=group.why, choices=_choices(group), widget=_pick()
                )
        self.fields[DIGEST.key] = forms.ChoiceField(
            label=DIGEST.label, help_text=DIGEST.why, choices=Rhythm, widget=_pick()
        )

    def answers(self) -> tuple[dict[str, str], str]:
        """What is wanted of each group, and how often a digest."""
        levels = dict(self.cleaned_data)
        return levels, levels.pop(DIGEST.key)


class FollowLevelForm(forms.Form):
    level = forms.ChoiceField(
        label=_("How"), choices=[("", _("As chosen for all")), *_choices(FOLLOWS)], required=False
    )
