import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from core.models import QuerySet
from features.skills.models import Skill

LETTERS = "BCDFGHJKLMNPQRSTVWXZ23456789"  # no vowels, nothing that looks like another


def make_code() -> str:
    """What a stranger types from paper: 12 letters, 57 bits."""
    return "".join(secrets.choice(LETTERS) for _ in range(12)).lower()


class BadgeQuerySet(QuerySet):
    def valid(self, now):
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)


class Badge(models.Model):
    """That somebody has shown a skill at a level, as it was on a day: for strangers, by its address. The number is its
    place in the list of what was revoked."""

    code = models.CharField(max_length=12, unique=True, default=make_code, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="badges")
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="badges")
    level = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    holder = models.CharField(max_length=150, help_text="The name at that time")
    evidence = models.JSONField(default=list, help_text="Sources in the ledger that it rests on")
    issued_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revocation_reason = models.CharField(max_length=200, blank=True)

    objects = BadgeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "skill"], condition=Q(revoked_at=None), name="one_standing_badge_per_skill"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("issued_at")), name="badge_ends_after_it_began"),
        ]

    def __str__(self):
        return self.code

    def get_absolute_url(self):
        return reverse("badge", args=[self.code])

    @property
    def holders_name(self) -> str:
        """That of the day it was issued, as long as it holds. Afterwards nobody is shown with a name that they had."""
        return self.person.name if self.revoked_at else self.holder

    def state(self, now) -> str:
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at <= now else "valid"


class Award(models.Model):
    """An achievement by rule: granted once, however often the rule is asked."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="awards")
    rule = models.CharField(max_length=40)
    granted_at = models.DateTimeField(default=timezone.now)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "rule"], name="one_award_of_a_rule")]
