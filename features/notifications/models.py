from django.conf import settings
from django.db import models
from django.utils import timezone

from core.models import QuerySet


class Notification(models.Model):
    """Something one person should know. Mail is one channel of it; words are made from `kind` and `ref` when sent."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=60)
    ref = models.CharField(max_length=60)
    url = models.CharField(max_length=300)
    key = models.CharField(max_length=200, unique=True, help_text="The same key is never said twice")
    created_at = models.DateTimeField(default=timezone.now)
    mailed_at = models.DateTimeField(null=True)
    withheld_at = models.DateTimeField(null=True, help_text="When the re-check at sending found it no longer true")
    read_at = models.DateTimeField(null=True)

    objects = QuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["recipient", "-created_at"], name="inbox_newest_first")]
