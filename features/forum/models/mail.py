from django.conf import settings
from django.db import models
from django.utils import timezone

from core.models import QuerySet
from features.forum.models.posts import Post


class MailedAnswer(models.Model):
    """An answer that somebody sent by mail, once however often its message comes; and why it was not taken, if so."""

    key = models.CharField(max_length=64, unique=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mailed_answers")
    place = models.CharField(max_length=20, help_text="t12: an answer in a thread; p34: a comment below a post")
    post = models.ForeignKey(Post, models.CASCADE, null=True, related_name="+")
    refused = models.CharField(max_length=300, blank=True)
    came_at = models.DateTimeField(default=timezone.now)

    objects = QuerySet.as_manager()
