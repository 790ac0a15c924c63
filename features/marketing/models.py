"""Letters of the organisers to those who asked for them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet
from features.notifications.models import Mailing


class NewsletterQuerySet(QuerySet):
    def drafts(self):
        return self.filter(sent_at=None)

    def sent(self):
        return self.filter(sent_at__isnull=False)


class Newsletter(Mailing):
    """One letter to one segment."""

    class Segment(models.TextChoices):
        ALL = "all", _("All who asked for the newsletter")
        ROLE = "role", _("Those with a role")
        SKILL = "skill", _("Those who follow a skill")
        ATTENDED = "attended", _("Those who were at a session lately")
        LANGUAGE = "language", _("Those who speak a language")

    title = models.CharField(_("subject"), max_length=120)
    text = models.TextField(_("letter"), max_length=20_000)
    html = models.TextField(editable=False)
    segment = models.CharField(_("to whom"), max_length=10, choices=Segment, default=Segment.ALL)
    value = models.CharField(max_length=20, blank=True, help_text="The role, skill, number of months or language")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="newsletters")
    made_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = NewsletterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at=None, sent_by=None) | Q(sent_at__isnull=False, sent_by__isnull=False),
                name="newsletter_is_sent_by_somebody",
            ),
            models.CheckConstraint(condition=Q(segment="all", value="") | ~Q(segment="all"), name="newsletter_to_all"),
        ]
        indexes = [models.Index(fields=["-made_at", "-id"], name="newsletters_newest_first")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("newsletter", args=[self.pk])


class Announcement(models.Model):
    """A line at the top of every page, until a moment that is known from the start. The newest one is shown."""

    words = models.CharField(_("words"), max_length=200)
    url = models.CharField(_("address"), max_length=300, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()

    class Meta:
        ordering = ["-made_at", "-id"]
        indexes = [models.Index(fields=["-until"], name="announcements_in_force")]

    def __str__(self):
        return self.words
