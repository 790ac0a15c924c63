from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from core.models import QuerySet


class AccountMerge(models.Model):
    """Two accounts of one person became one: which stayed, who did it, why, and how many rows went over or away. It is
    not taken back: nothing says any more what was whose."""

    staying = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="merges")
    merged = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="merged_into")
    handle = models.CharField(max_length=30, help_text="That of the account that is no more")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=300)
    counts = models.JSONField(default=dict, help_text="By column: how many rows went over, and how many away")
    merged_at = models.DateTimeField(default=timezone.now)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(staying=F("merged")), name="two_accounts_become_one"),
            models.CheckConstraint(condition=~Q(reason=""), name="merge_has_a_reason"),
        ]
        indexes = [models.Index(fields=["staying", "-merged_at"], name="merges_of_person")]

    @property
    def moved(self) -> int:
        return sum(moved for moved, _dropped in self.counts.values())

    @property
    def dropped(self) -> int:
        return sum(dropped for _moved, dropped in self.counts.values())
