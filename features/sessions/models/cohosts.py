from django.conf import settings
from django.db import models
from django.db.models import Prefetch, Q, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.db import Prepared
from core.models import QuerySet
from features.sessions.models.sessions import SkillSession


class CoHostQuerySet(QuerySet):
    def open(self):
        """Asked, or at it."""
        return self.filter(ended_at=None)

    def invited(self):
        return self.open().filter(accepted_at=None)

    def in_force(self):
        """Those who said yes, and have not left."""
        return self.open().filter(accepted_at__isnull=False)

    def shown(self):
        """Those whom the session's page names: with their person, who said yes first."""
        return self.in_force().filter(person__is_active=True).select_related("person").order_by("accepted_at", "pk")


class CoHost(models.Model):
    """Somebody whom a host asked to hold a session together. Until they say yes only the two of them know."""

    class Ending(models.TextChoices):
        DECLINED = "declined", _("Said no")
        LEFT = "left", _("Left")
        REMOVED = "removed", _("Taken off by the host")

    session = models.ForeignKey(SkillSession, models.CASCADE, related_name="cohosts")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="cohostings")
    invited_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=10, choices=Ending, blank=True)

    objects = CoHostQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "person"], condition=Q(ended_at=None), name="one_cohosting_per_person_and_session"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ending="") | (Q(ended_at__isnull=False) & ~Q(ending="")),
                name="cohosting_ends_somehow",
            ),
        ]

    def __str__(self):
        return f"{self.person_id} with {self.session_id}"


HELD_WITH = Prepared(lambda session: CoHost.objects.filter(session=session).shown())


def fetch_cohosts(sessions) -> None:
    """Who holds each of these together with its host: one query for all."""
    prefetch_related_objects(list(sessions), Prefetch("cohosts", CoHost.objects.shown(), to_attr="held_with"))
