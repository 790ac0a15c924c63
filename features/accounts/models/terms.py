"""What one agrees to by being here, version by version, and who agreed to which."""

from datetime import date
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet


def site_day(now=None) -> date:
    """The day it is where the site is: a version comes into force for everybody at once."""
    return timezone.localdate(now, ZoneInfo(settings.DEFAULT_TIME_ZONE))


class TermsQuerySet(QuerySet):
    def in_force(self, day):
        """The newest version of each kind whose day has come."""
        newer = Terms.objects.filter(kind=OuterRef("kind"), version__gt=OuterRef("version"), in_force_on__lte=day)
        return self.filter(~Exists(newer), in_force_on__lte=day)

    def owed_by(self, person, day):
        """Those in force to which a person (a number, or a reference to one) has not agreed."""
        return self.in_force(day).exclude(Exists(Consent.objects.filter(terms=OuterRef("pk"), person=person)))


class Terms(models.Model):
    """One version of a text. It is never edited: people agreed to these very words. A change is the next version."""

    class Kind(models.TextChoices):
        TERMS = "terms", _("Terms of use")
        PRIVACY = "privacy", _("Privacy")

    kind = models.CharField(max_length=10, choices=Kind)
    version = models.PositiveSmallIntegerField()
    text = models.TextField(help_text="Markdown, as it was written")
    html = models.TextField(help_text="Rendered and cleaned when it was saved")
    changes = models.TextField(blank=True, help_text="What is different from the version before")
    in_force_on = models.DateField()
    written_at = models.DateTimeField(default=timezone.now)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = TermsQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="one_text_per_version"),
            models.CheckConstraint(condition=Q(version__gte=1), name="versions_from_one"),
            models.CheckConstraint(condition=Q(version=1) | ~Q(changes=""), name="later_versions_say_what_changed"),
        ]

    def __str__(self):
        return _("%(kind)s, version %(version)d") % {"kind": self.get_kind_display(), "version": self.version}

    def get_absolute_url(self):
        return f"{reverse(self.kind)}?version={self.version}"


class Consent(models.Model):
    """Somebody agreed to a version: when, and on which occasion."""

    class How(models.TextChoices):
        SIGN_UP = "sign_up", _("When joining")
        ASKED = "asked", _("When asked again")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="consents")
    terms = models.ForeignKey(Terms, models.PROTECT, related_name="consents")
    agreed_at = models.DateTimeField(default=timezone.now)
    how = models.CharField(max_length=10, choices=How)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "terms"], name="one_consent_per_version")]
