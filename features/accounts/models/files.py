from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from core.models import QuerySet, make_public_id


class StoredFile(models.Model):
    """A picture that somebody uploaded, as we wrote it anew: one WebP for each width, under a name nobody can guess. Or
    a document, as it came: it has a title and no widths, is private, and is only ever handed out as a download.

    Whoever has the name of a public one may see it. A private one is shown to whoever may see what it belongs to.
    """

    name = models.CharField(max_length=22, primary_key=True, default=make_public_id, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="files")
    kind = models.CharField(max_length=40)
    is_public = models.BooleanField()
    widths = ArrayField(models.PositiveSmallIntegerField())
    title = models.CharField(max_length=100, blank=True, help_text="What a document is called where it is saved")
    size = models.PositiveIntegerField(help_text="Of all widths together, in bytes")
    stored_at = models.DateTimeField(default=timezone.now)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(title="") | Q(is_public=False), name="documents_are_private")]

    def path(self, width: int) -> str:
        """Below the folder of media; two letters of the name in front keep folders small."""
        return f"{self.name[:2]}/{self.name}-{width}.webp"

    @property
    def paths(self) -> list[str]:
        """All that lies on the disk of it."""
        return [self.path(width) for width in self.widths] or [f"{self.name[:2]}/{self.name}-document"]

    @property
    def download_url(self) -> str:
        return reverse("stored_document", args=[self.name])

    def url(self, width: int) -> str:
        return reverse("stored_file", args=[self.name, width])

    @property
    def small(self) -> str:
        return self.url(min(self.widths))

    @property
    def srcset(self) -> str:
        return ", ".join(f"{self.url(width)} {width}w" for width in sorted(self.widths))
