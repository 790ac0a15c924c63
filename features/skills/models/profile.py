"""A profile as a whole: its blocks, who sees each, and what there is one of. The rows of blocks: entries.py."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet


class Block(models.TextChoices):
    """The parts of a profile, each shown to whom its person says."""

    ABOUT = "about", _("About")
    SKILLS = "skills", _("Skills")
    GOALS = "goals", _("Goals")
    WORK = "work", _("Work")
    PROJECTS = "projects", _("Projects")
    EDUCATION = "education", _("Education")
    CERTIFICATIONS = "certifications", _("Certifications")
    ACHIEVEMENTS = "achievements", _("Achievements")
    LANGUAGES = "languages", _("Languages")
    LINKS = "links", _("Links")
    AVAILABILITY = "availability", _("Free hours")
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")


class Visibility(models.TextChoices):
    PUBLIC = "public", _("Everybody")
    MEMBERS = "members", _("Members")
    ACQUAINTED = "acquainted", _("People I work with")
    PRIVATE = "private", _("Only me")


class BlockVisibility(models.Model):
    """What a person chose; without a row, features.skills.access.DEFAULTS holds."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    block = models.CharField(max_length=20, choices=Block)
    visibility = models.CharField(_("who sees this"), max_length=10, choices=Visibility)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "block"], name="one_visibility_per_block"),
            models.CheckConstraint(condition=Q(block__in=Block.values), name="visibility_of_a_known_block"),
            models.CheckConstraint(condition=Q(visibility__in=Visibility.values), name="visibility_is_known"),
        ]


class Profile(models.Model):
    """What there is one of. Name, headline, photo and time zone stand with the account."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="profile", editable=False
    )
    place = models.CharField(_("place"), max_length=80, blank=True)
    about = models.TextField(_("about you"), max_length=2000, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)

    objects = QuerySet.as_manager()


class ResumeDraft(models.Model):
    """A résumé that somebody handed in and has not finished taking over: nothing typed or sent is lost on the way."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    content = models.JSONField()
    handed_in_at = models.DateTimeField(default=timezone.now)
