from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils import timezone

from core.models import QuerySet
from features.discovery.places import KEYS, USUAL


class Visibility(models.TextChoices):
    PUBLIC = "public"
    MEMBERS = "members"


class DocumentQuerySet(QuerySet):
    def visible_to(self, person):
        """Strangers (None, or not signed in) find what is public."""
        if person is not None and person.is_authenticated:
            return self
        return self.filter(visibility=Visibility.PUBLIC)


def places():
    """As services.searching writes it, so that Postgres knows it again."""
    return models.Func(template=KEYS, output_field=ArrayField(models.BigIntegerField()))


class Document(models.Model):
    """One per findable thing, written by its feature in the same transaction as the thing itself."""

    kind = models.CharField(max_length=30)
    ref = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    skills = ArrayField(models.BigIntegerField(), default=list)
    language = models.CharField(max_length=8, default="en")
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.PUBLIC)
    url = models.CharField(max_length=300)
    starts_at = models.DateTimeField(null=True, help_text="When it takes place: what is to come is found first")
    standing = models.PositiveSmallIntegerField(default=USUAL)
    updated_at = models.DateTimeField(default=timezone.now)
    # Written by `publish` and not by the database: accents are folded in Python, for want of an extension that does it.
    # Besides the words it holds labels, which nobody can type: see services.publishing.
    words = SearchVectorField()

    objects = DocumentQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "ref"], name="one_document_per_thing")]
        indexes = [
            # Places first: of a word only those are walked through that lie in the places asked for.
            GinIndex(places(), "words", name="document_words"),
            GinIndex(fields=["skills"], name="document_skills"),
            models.Index(fields=["updated_at"], name="document_by_change"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return self.url


class Word(models.Model):
    """A word that stands in some document, for who mistypes it. Whether it may be told is asked of the documents."""

    word = models.CharField(max_length=30, primary_key=True)
    # The word, and what is left of it without any one of its letters: two words with a slip between them share one.
    keys = ArrayField(models.CharField(max_length=30))

    class Meta:
        indexes = [GinIndex(fields=["keys"], name="word_keys")]

    def __str__(self):
        return self.word


class WishQuerySet(QuerySet):
    KEPT = timedelta(days=90)

    def open(self, now):
        return self.filter(told_at=None, wished_at__gt=now - self.KEPT)


class Wish(models.Model):
    """Somebody looked for it in vain, in all there is or in things of one kind, and wants to be told once there is
    something."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="wishes")
    words = models.CharField(max_length=200)
    key = models.CharField(max_length=200)  # the words as searches compare them
    kind = models.CharField(max_length=30, blank=True)  # of what; empty: of anything
    wished_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True)

    objects = WishQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key", "kind"], name="one_wish_per_words")]
        indexes = [models.Index(fields=["key"], name="wish_by_key", condition=models.Q(told_at=None))]

    def __str__(self):
        return self.words
