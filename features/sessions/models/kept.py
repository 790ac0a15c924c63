from django.conf import settings
from django.db import models
from django.utils import timezone


class KeptForm(models.Model):
    """What a host has typed and not sent yet: kept while they type, on any device, until it is sent or discarded."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="kept_forms")
    key = models.CharField(max_length=20, help_text="The id of the session, or new")
    data = models.TextField()
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="one_kept_form_per_person_and_thing")]
