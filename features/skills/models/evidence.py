from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.models import QuerySet
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
