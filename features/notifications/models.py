from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet


class NotificationQuerySet(QuerySet):
    def unread(self):
        return self.filter(read_at=None)

    def until(self, notification):
        """This one, and all that its recipient was told before."""
        mine, at = self.filter(recipient=notification.recipient_id), notification.created_at
        return mine.filter(Q(created_at__lt=at) | Q(created_at=at, pk__lte=notification.pk))


class Notification(models.Model):
    """Something one person should know. Mail is one channel of it; words are made from `kind` and `ref` when needed."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=60)
    ref = models.CharField(max_length=60)
    url = models.CharField(max_length=300)
    key = models.CharField(max_length=200, unique=True, help_text="The same key is never said twice")
    created_at = models.DateTimeField(default=timezone.now)
    mailed_at = models.DateTimeField(null=True)
    withheld_at = models.DateTimeField(null=True, help_text="When sending found it no longer true, or not wanted")
    read_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["recipient", "-created_at", "-id"], name="inbox_newest_first"),
            models.Index(fields=["recipient"], name="inbox_unread", condition=Q(read_at=None)),
        ]


class Level(models.TextChoices):
    OFF = "off", _("Off")
    INBOX = "inbox", _("Inbox")
    MAIL = "mail", _("Inbox and mail")


class Preference(models.Model):
    """How much of one group of kinds a person wants. Without a row it is all of it."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notification_preferences")
    group = models.CharField(max_length=60)
    level = models.CharField(max_length=10, choices=Level)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "group"], name="one_preference_per_group"),
            models.CheckConstraint(condition=Q(level__in=["off", "inbox", "mail"]), name="preference_is_a_level"),
        ]
