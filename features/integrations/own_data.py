"""What this feature knows about a person."""

from django.utils import timezone

from features.integrations.models import Attempt, Delivery, PersonalToken, WebhookEndpoint


def export(person) -> dict:
    """Secrets are named and not shown: an export is passed on more easily than one thinks."""
    tokens = PersonalToken.objects.filter(person=person).order_by("pk")
    endpoints = WebhookEndpoint.objects.filter(person=person).order_by("pk")
    deliveries = Delivery.objects.filter(endpoint__person=person).order_by("pk")
    attempts = Attempt.objects.filter(delivery__endpoint__person=person).order_by("pk")
    return {
        "tokens": list(
            tokens.values("name", "prefix", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at")
        ),
        "webhooks": list(endpoints.values("url", "events", "created_at", "failing_since", "disabled_at")),
        "webhook_deliveries": list(deliveries.values("event_id", "event", "body", "created_at", "state")),
        "webhook_attempts": list(attempts.values("delivery__event_id", "happened_at", "status", "error")),
    }


def leave(person) -> None:
    """Whoever comes back makes new ones: nobody should come in by a key that its owner believes gone."""
    PersonalToken.objects.filter(person=person, revoked_at=None).update(revoked_at=timezone.now())


def erase(person) -> None:
    PersonalToken.objects.filter(person=person).delete()
    WebhookEndpoint.objects.filter(person=person).delete()
