from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower, Replace
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet


class Level(models.IntegerChoices):
    """The one scale, everywhere."""

    STARTING = 1, _("Starting")
    PRACTISING = 2, _("Practising")
    WORKING = 3, _("Working")
    LEADING = 4, _("Leading")
    DEFINING = 5, _("Defining")


class SkillQuerySet(QuerySet):
    def areas(self):
        """The top of the tree, with what lies below."""
        return self.filter(parent=None).prefetch_related("children")


class Skill(models.Model):
    """A canonical skill. All that people call it stands in SkillName."""

    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=110, unique=True)
    description = models.CharField(max_length=300, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")

    objects = SkillQuerySet.as_manager()

    class Meta:
        ordering = [Lower("name")]  # "machine learning" stands before "MLOps"

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("skill", args=[self.slug])


class SkillName(models.Model):
    """Every name of a skill, its own and its synonyms. One name means one skill, whoever types it and however."""

    skill = models.ForeignKey(Skill, models.CASCADE, related_name="names")
    name = models.CharField(max_length=100)
    folded = models.CharField(max_length=100)  # core.text.words(name)
    # Without spaces, so that "Node.js", "Node JS" and "NodeJS" are one name.
    key = models.GeneratedField(
        expression=Replace("folded", Value(" ")), output_field=models.CharField(max_length=100), db_persist=True
    )
    # For finding "analysis" in "Data analysis".
    words = models.GeneratedField(
        expression=SearchVector("folded", config="simple"), output_field=SearchVectorField(), db_persist=True
    )
    grams = ArrayField(models.CharField(max_length=3))  # names.trigrams(key): finds what was mistyped
    is_canonical = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["skill"], condition=Q(is_canonical=True), name="one_canonical_name_per_skill"
            ),
            models.UniqueConstraint(fields=["key"], name="one_skill_per_name"),
            models.CheckConstraint(condition=~Q(folded=""), name="skill_name_has_a_letter"),
        ]
        indexes = [
            models.Index(fields=["key"], name="skill_name_prefix", opclasses=["varchar_pattern_ops"]),
            GinIndex(fields=["words"], name="skill_name_words"),
            GinIndex(fields=["grams"], name="skill_name_grams"),
        ]

    def __str__(self):
        return self.name


class EvidenceQuerySet(QuerySet):
    def standing(self):
        """What counts today: its cause has not been withdrawn."""
        return self.filter(revoked_at=None)


class SkillEvidence(models.Model):
    """One cause that raises a skill. `source` is a text key such as `registration:41`, never a foreign key."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="skill_evidence")
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=40)
    strength = models.FloatField(validators=[MinValueValidator(0), MaxValueValidator(1)])
    happened_at = models.DateTimeField()
    source = models.CharField(max_length=120)
    recorded_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "skill", "kind", "source"], name="one_evidence_per_cause"),
            models.CheckConstraint(condition=Q(strength__gt=0, strength__lte=1), name="evidence_strength_in_range"),
        ]
        indexes = [models.Index(fields=["source"], name="evidence_by_source")]
