from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.utils import timezone

from core.models import QuerySet


class Visibility(models.TextChoices):
    PUBLIC = "public"
    MEMBERS = "members"


class Document(models.Model):
    """One per findable thing, written by its feature in the same transaction as the thing itself."""

    kind = models.CharField(max_length=30)
    ref = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    folded = models.TextField(editable=False)  # title and text without case and accents: what people type
    skills = ArrayField(models.BigIntegerField(), default=list)
    language = models.CharField(max_length=8, default="en")
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.PUBLIC)
    url = models.CharField(max_length=300)
    updated_at = models.DateTimeField(default=timezone.now)
    words = models.GeneratedField(
        expression=SearchVector("title", weight="A", config="english") + SearchVector("folded", weight="B", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "ref"], name="one_document_per_thing")]
        indexes = [GinIndex(fields=["words"], name="document_words"), GinIndex(fields=["skills"], name="document_skills")]
