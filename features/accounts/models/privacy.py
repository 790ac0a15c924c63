from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.models import QuerySet, make_public_id


class DataExportQuerySet(QuerySet):
    def open(self, now):
        """Asked for and not made yet, or made and not over."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=now))


class DataExport(models.Model):
    """An archive that is a person's to fetch until it ends: all that the site knows about them or, of an organiser, one
    of the bulk exports, which `kind` names."""

    OWN = "own"

    public_id = models.CharField(max_length=22, unique=True, default=make_public_id, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="data_exports")
    kind = models.CharField(max_length=30, default=OWN, editable=False)
    asked_at = models.DateTimeField(default=timezone.now)
    made_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    # In the database, because web and worker need share no disk; gone when it ends.
    archive = models.BinaryField(null=True)

    objects = DataExportQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["person", "-asked_at"], name="exports_of_person")]


class Closure(models.Model):
    """An account that its owner closed: until `erases_at` they may have it back, from then on nobody is there."""

    public_id = models.CharField(max_length=22, unique=True, default=make_public_id, editable=False)
    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="closure")
    takes_words = models.BooleanField(help_text="Whether what others read goes too; else it stays without a name")
    closed_at = models.DateTimeField(default=timezone.now)
    erases_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    objects = QuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["erases_at"], condition=Q(erased_at=None), name="closures_to_erase")]
