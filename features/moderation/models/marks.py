from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.models import QuerySet


class MarkQuerySet(QuerySet):
    def asked_for(self):
        return self.filter(granted_at=None, declined_at=None)

    def in_force(self, now=None):
        now = now or timezone.now()
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=now), granted_at__isnull=False, revoked_at=None)


class RoleMark(models.Model):
    """ "Works at the port authority", checked by staff: who, on what evidence, for what, until when. Never edited, only
    taken back, with a reason that everybody may read."""

    class Kind(models.TextChoices):
        WORKS_AT = "works_at", gettext_lazy("Works at")
        TEACHES_AT = "teaches_at", gettext_lazy("Teaches at")
        CERTIFIED_BY = "certified_by", gettext_lazy("Certified by")
        SPEAKS_FOR = "speaks_for", gettext_lazy("Speaks for")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="role_marks")
    kind = models.CharField(gettext_lazy("mark"), max_length=12, choices=Kind)
    name = models.CharField(gettext_lazy("of what"), max_length=80)
    link = models.URLField(gettext_lazy("evidence"), max_length=300)
    words = models.CharField(gettext_lazy("how it can be checked"), max_length=500, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    scope = models.CharField(gettext_lazy("for"), max_length=120, blank=True)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    granted_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    declined_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True, help_text="Of a refusal, or of taking it back")

    objects = MarkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "name"],
                condition=Q(granted_at=None, declined_at=None),
                name="one_open_request_for_a_mark",
            ),
            models.CheckConstraint(
                condition=Q(declined_at=None, revoked_at=None) | ~Q(reason=""), name="mark_ends_for_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(granted_at=None) | Q(declined_at=None), name="mark_is_granted_or_declined"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None) | Q(granted_at__isnull=False), name="only_a_granted_mark_is_revoked"
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_at", "id"], condition=Q(granted_at=None, declined_at=None), name="mark_asked_for"
            )
        ]

    def __str__(self):
        return _("%(kind)s %(name)s") % {"kind": self.get_kind_display(), "name": self.name}

    def is_in_force(self, now=None):
        now = now or timezone.now()
        return bool(self.granted_at) and not self.revoked_at and (self.ends_at is None or self.ends_at > now)
