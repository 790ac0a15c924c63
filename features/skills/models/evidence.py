from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from core.models import QuerySet
from features.skills import levels
from features.skills.models.taxonomy import Skill


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
    measured = models.FloatField(null=True, blank=True, help_text="A level, where the cause is a measurement of it")
    error = models.FloatField(null=True, blank=True, help_text="How far that may be off: a standard error")
    happened_at = models.DateTimeField()
    source = models.CharField(max_length=120)
    recorded_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "skill", "kind", "source"], name="one_evidence_per_cause"),
            models.CheckConstraint(condition=Q(strength__gt=0, strength__lte=1), name="evidence_strength_in_range"),
            models.CheckConstraint(
                condition=Q(measured=None, error=None) | Q(measured__isnull=False, error__gt=0),
                name="a_measurement_has_its_error",
            ),
        ]
        indexes = [models.Index(fields=["source"], name="evidence_by_source")]


class SkillLevelQuerySet(QuerySet):
    def shown(self):
        """Those that rest on something: a row stays behind when its last cause is withdrawn."""
        return self.filter(causes__gt=0)

    def evidenced(self):
        """Working level or more, and not only perhaps."""
        return self.filter(level__gte=3, low__gte=2)


class SkillLevel(models.Model):
    """What the causes on record come to, kept so that lists can sort by it. Only `services.levels` writes here, under
    the lock of the row; it can be thrown away and counted again."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="skill_levels")
    skill = models.ForeignKey(Skill, models.CASCADE, related_name="levels")
    level = models.FloatField(default=levels.LOWEST)
    low = models.FloatField(default=levels.LOWEST)
    high = models.FloatField(default=levels.HIGHEST)
    causes = models.PositiveIntegerField(default=0)
    basis = models.CharField(max_length=40, blank=True, help_text="The kind of cause that most of it rests on")
    freshest_at = models.DateTimeField(null=True)
    computed_at = models.DateTimeField(default=timezone.now)

    objects = SkillLevelQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "skill"], name="one_level_per_person_and_skill"),
            models.CheckConstraint(
                condition=Q(low__gte=1, low__lte=F("level"), high__gte=F("level"), high__lte=5),
                name="level_lies_in_its_range",
            ),
        ]
        indexes = [models.Index(fields=["skill", "-level", "person"], name="people_by_level")]

    @property
    def rounded(self) -> int:
        return levels.rounded(self.level)
