from django.conf import settings
from django.db import models
from django.utils import timezone

from core.models import QuerySet


class Unfinished(models.Model):
    """What somebody has typed into a form and not sent yet: kept while they type, on any device, until it is sent or
    thrown away."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="unfinished")
    key = models.CharField(max_length=60, help_text="Which form, such as lesson-12")
    data = models.TextField()
    saved_at = models.DateTimeField(default=timezone.now)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="one_unfinished_form_of_a_kind")]
