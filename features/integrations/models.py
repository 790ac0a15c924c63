import secrets

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet, make_public_id


class TokenQuerySet(QuerySet):
    def in_force(self, now):
        return self.filter(revoked_at=None, expires_at__gt=now, person__is_active=True)


class PersonalToken(models.Model):
    """A key to a part of what a person may do. Only its digest is kept: 256 random bits need no slow hash."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=12, unique=True, help_text=_("How the token begins, to know it again"))
    digest = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=40))
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("created_at")), name="token_ends_after_start")
        ]


def make_signing_secret() -> str:
    return f"whsec_{secrets.token_urlsafe(32)}"


class WebhookEndpoint(models.Model):
    """An address that is told of events. The secret is kept as it is, because every delivery is signed with it."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="webhook_endpoints")
    public_id = models.CharField(max_length=22, unique=True, default=make_public_id, editable=False)
    url = models.URLField(max_length=300)
    events = ArrayField(models.CharField(max_length=40))
    secret = models.CharField(max_length=60, default=make_signing_secret)
    # After an exchange both sign for a day, so that a receiver can change over without losing anything.
    former_secret = models.CharField(max_length=60, blank=True)
    former_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    failing_since = models.DateTimeField(null=True)
    disabled_at = models.DateTimeField(null=True)

    objects = QuerySet.as_manager()


class Delivery(models.Model):
    """One event for one endpoint. Its id and body stay the same however often it is sent; it holds ids and no names."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        GIVEN_UP = "given_up", _("Given up")

    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, related_name="deliveries")
    public_id = models.CharField(max_length=22, unique=True, default=make_public_id, editable=False)
    event_id = models.CharField(max_length=30)
    event = models.CharField(max_length=40)
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0, help_text=_("Since it was last put on its way"))

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["endpoint", "event_id"], name="one_delivery_per_event")]
        indexes = [models.Index(fields=["endpoint", "-created_at", "-id"], name="deliveries_newest_first")]


class Attempt(models.Model):
    """One request and what came back, cut short."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="attempts")
    happened_at = models.DateTimeField(default=timezone.now)
    milliseconds = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=20, blank=True)
    answer = models.CharField(max_length=500, blank=True)

    objects = QuerySet.as_manager()
