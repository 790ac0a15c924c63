from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.models import QuerySet


class Objection(models.Model):
    """What somebody says to a decision about them: once, and decided by somebody else, with an answer. Whatever is one
    adds what it is about, `words`, and an `outcome` of its own."""

    filed_at = models.DateTimeField(default=timezone.now)
    answer = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = QuerySet.as_manager()

    class Meta:
        abstract = True


def decided_with_an_answer(name: str) -> models.CheckConstraint:
    is_open = Q(outcome="", decided_at=None)
    return models.CheckConstraint(
        condition=is_open | (Q(decided_at__isnull=False) & ~Q(outcome="") & ~Q(answer="")), name=name
    )


def the_open_ones(name: str) -> models.Index:
    return models.Index(fields=["filed_at", "id"], condition=Q(decided_at=None), name=name)
