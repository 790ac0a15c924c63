from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Lower, Replace
from django.utils.translation import gettext_lazy as _

from core.addresses import address
from core.models import QuerySet


class Level(models.IntegerChoices):
    """The one scale, everywhere."""

    STARTING = 1, _("Starting")
    PRACTISING = 2, _("Practising")
    WORKING = 3, _("Working")
    LEADING = 4, _("Leading")
    DEFINING = 5, _("Defining")


class Origin(models.TextChoices):
    OURS = "ours", _("Curated here")
    ESCO = "esco", _("ESCO")


class SkillQuerySet(QuerySet):
    def at_or_below(self, slug: str):
        """A skill stands for itself and for what lies right below it; an address that it had before it was merged is
        its own: lists are shared and kept with it."""
        became = FormerSlug.objects.filter(slug=slug).values("skill")
        return self.filter(Q(slug=slug) | Q(parent__slug=slug) | Q(pk__in=became) | Q(parent__in=became))

    def areas(self):
        """The top of the tree with what lies right below, curated areas first. Of what was imported only the groups:
        thousands of skills are for searching."""
        shelf = Q(origin=Origin.OURS) | Q(is_group=True)
        below = models.Prefetch("children", self.model.objects.filter(shelf))
        curated_first = Case(When(origin=Origin.OURS, then=0), default=1)
        return self.filter(shelf, parent=None).order_by(curated_first, Lower("name")).prefetch_related(below)


class Skill(models.Model):
    """A canonical skill. All that people call it stands in SkillName; a group has no name there, so nobody can be said
    to have it."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=110, unique=True)
    description = models.CharField(max_length=1000, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.OURS)
    is_group = models.BooleanField(default=False)

    matched: str = ""  # where a search found it by a synonym: that one

    objects = SkillQuerySet.as_manager()

    class Meta:
        ordering = [Lower("name")]  # "machine learning" stands before "MLOps"

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return address("skill", self.slug)

    def synonyms(self) -> list[str]:
        """What else it is called, in the order in which that was said. The names may be prefetched, in any order."""
        others = (name for name in self.names.all() if not name.is_canonical)
        return [name.name for name in sorted(others, key=lambda name: name.pk)]


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
    # names.trigrams(key), by which mistyped names are found; empty for imported synonyms
    grams = ArrayField(models.CharField(max_length=3), default=list)
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
            models.Index(
                fields=["key"],
                name="skill_own_name_prefix",
                opclasses=["varchar_pattern_ops"],
                condition=Q(is_canonical=True),
            ),
            GinIndex(fields=["words"], name="skill_name_words"),
            GinIndex(fields=["grams"], name="skill_name_grams"),
        ]

    def __str__(self):
        return self.name


class SkillRelation(models.Model):
    """What lies above a skill besides its one parent, and what goes with it."""

    class Kind(models.TextChoices):
        BROADER = "broader", _("Part of")
        ESSENTIAL = "essential", _("Takes")
        RELATED = "related", _("Goes with")

    skill = models.ForeignKey(Skill, models.CASCADE, related_name="relations")
    other = models.ForeignKey(Skill, models.CASCADE, related_name="related_from")
    kind = models.CharField(max_length=10, choices=Kind)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["skill", "kind", "other"], name="one_relation_of_a_kind"),
            models.CheckConstraint(condition=~Q(skill=F("other")), name="no_relation_to_itself"),
            models.CheckConstraint(
                condition=Q(kind__in=("broader", "essential", "related")), name="relation_kind_known"
            ),
        ]


class EscoConcept(models.Model):
    """Which skill a concept of ESCO is here. Several may be one: by a curated synonym, or since skills were merged."""

    uri = models.URLField(primary_key=True)
    skill = models.ForeignKey(Skill, models.CASCADE, related_name="esco_concepts")


class FormerSlug(models.Model):
    """An address of a skill that was merged: links to it still lead to what it became."""

    slug = models.SlugField(max_length=110, primary_key=True)
    skill = models.ForeignKey(Skill, models.CASCADE, related_name="former_slugs")
