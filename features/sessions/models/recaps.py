from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet, Removable
from features.notifications.models import Mailing
from features.sessions.models.sessions import SkillSession


class RecapQuerySet(QuerySet):
    def shown(self):
        """What anybody at all may see: of a session that took place as far as we know, not taken back by who posted it
        and not hidden by a moderator."""
        there = self.filter(removed_at=None, withdrawn_at=None, session__published_at__isnull=False)
        there = there.filter(session__removed_at=None, session__cancelled_at=None)
        return there.exclude(session__host_absence__outcome="absent")


class Recap(Mailing, Removable):
    """What stays of a session: notes and a recording, each for whom its host says. `withdrawn_at` is when they took it
    back, `removed_at` when a moderator hid it, `sent_at` when those who registered were to be told: once, ever."""

    class Audience(models.TextChoices):
        EVERYBODY = "everybody", _("Everybody")
        SEATS = "seats", _("Those who registered")
        PRESENT = "present", _("Those who were there")

    session = models.OneToOneField(SkillSession, models.CASCADE, related_name="recap")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="recaps")
    notes = models.TextField(_("notes"), blank=True, max_length=20_000)
    notes_html = models.TextField(blank=True, editable=False)
    notes_for = models.CharField(max_length=10, choices=Audience, default=Audience.EVERYBODY)
    recording_url = models.URLField(_("recording"), blank=True, max_length=500)
    recording_for = models.CharField(max_length=10, choices=Audience, default=Audience.SEATS)
    recording_seconds = models.PositiveIntegerField(null=True, help_text="How long it is")
    has_captions = models.BooleanField(default=False, help_text="The recording shows captions by itself")
    captions_url = models.URLField(_("captions or transcript"), blank=True, max_length=500)
    transcript = models.TextField(_("transcript"), blank=True, max_length=80_000)
    posted_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = RecapQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(notes="") | ~Q(recording_url=""), name="recap_says_something"),
            models.CheckConstraint(
                condition=~Q(recording_url="")
                | Q(recording_seconds=None, has_captions=False, captions_url="", transcript=""),
                name="captions_are_of_a_recording",
            ),
            models.CheckConstraint(
                condition=Q(notes_for__in=["everybody", "seats", "present"])
                & Q(recording_for__in=["everybody", "seats", "present"]),
                name="recap_is_for_somebody",
            ),
        ]

    def __str__(self):
        return self.session.title

    def get_absolute_url(self):
        return f"{self.session.get_absolute_url()}#recap"

    @property
    def is_captioned(self) -> bool:
        """Whether whoever cannot hear the recording has something to read."""
        return bool(self.has_captions or self.captions_url or self.transcript)

    @property
    def state(self):
        """As moderators call it."""
        return "hidden" if self.removed_at else "shown"
