from django.contrib.postgres.fields import ArrayField
from django.db import models

from core.models import QuerySet
from features.forum.models.posts import Post


class Redaction(models.Model):
    """What a moderator took out of a post, for the ten minutes in which it can be put back. A job erases it then."""

    post = models.OneToOneField(Post, models.CASCADE, related_name="redaction")
    text = models.TextField()
    html = models.TextField()
    revisions = ArrayField(models.BigIntegerField(), default=list, help_text="Former wordings that go with it")
    redacted_at = models.DateTimeField()

    objects = QuerySet.as_manager()
