"""The blocks of a profile as its owner edits them: which rows, by which form, in which words."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from features.profiles import forms
from features.skills import models
from features.skills.models import Block


@dataclass(frozen=True)
class Part:
    """`model` is the table of its rows, or nothing where there is one of it at most."""

    block: Block
    hint: Any
    form: Any = None
    model: Any = None
    add: Any = ""


PARTS = {
    part.block.value: part
    for part in [
        Part(Block.ABOUT, _("A few sentences, and where you are."), forms.AboutForm),
        Part(
            Block.SKILLS,
            _("What you can do, at the level you would say yourself. Evidence from here stands beside it."),
            forms.PersonSkillForm,
            models.PersonSkill,
            _("Add a skill"),
        ),
        Part(
            Block.GOALS,
            _("What you want to be able to do, so that those who can help know."),
            forms.GoalForm,
            models.Goal,
            _("Add a goal"),
        ),
        Part(Block.WORK, _("Where you work and worked."), forms.WorkForm, models.Work, _("Add a position")),
        Part(Block.PROJECTS, _("Work to show."), forms.ProjectForm, models.Project, _("Add a project")),
        Part(
            Block.EDUCATION,
            _("Schools, trainings, degrees."),
            forms.EducationForm,
            models.Education,
            _("Add an education"),
        ),
        Part(
            Block.CERTIFICATIONS,
            _("What others have certified. An expired one says so by itself."),
            forms.CertificationForm,
            models.Certification,
            _("Add a certification"),
        ),
        Part(
            Block.ACHIEVEMENTS,
            _("Prizes, firsts, things you are proud of."),
            forms.AchievementForm,
            models.Achievement,
            _("Add an achievement"),
        ),
        Part(
            Block.LANGUAGES,
            _("Languages and how well you speak them."),
            forms.SpokenLanguageForm,
            models.SpokenLanguage,
            _("Add a language"),
        ),
        Part(
            Block.LINKS,
            _('Your pages elsewhere. One that links back to your page here with rel="me" is marked as yours.'),
            forms.ProfileLinkForm,
            models.ProfileLink,
            _("Add a link"),
        ),
        Part(Block.AVAILABILITY, _("The hours you keep free each week.")),
        Part(Block.EMAIL, _("The address of your account.")),
        Part(Block.PHONE, _("A number people may call."), forms.PhoneForm),
    ]
}
