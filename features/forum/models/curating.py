from django.contrib.postgres.fields import ArrayField
from django.db import models

from core.models import QuerySet
from features.forum.models.posts import Post


class Redaction(models.Model):
    """What a moderator took out of a post, for the ten minutes in which it can be put back. A job erases it then. Each
    act has its own row, with what the post said before it."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="redactions")
    passage = models.TextField(default="", help_text="What was taken out; empty: all of it")
    title = models.CharField(max_length=150, default="", help_text="Of the thread, where the post opens it")
    text = models.TextField()
    revisions = ArrayField(models.BigIntegerField(), default=list, help_text="Former wordings that go with it")
    redacted_at = models.DateTimeField()

    objects = QuerySet.as_manager()
