"""Where events go, which, and signed with what."""

import hashlib
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import outside
from core.registry import Registry
from features.accounts.services import audit
from features.integrations.models import WebhookEndpoint, make_signing_secret

MOST = 10
OVERLAP = timedelta(days=1)

# What can happen, in plain words: {name: a lazy translation}. Filled by the features in which it happens.
events: dict[str, str] = Registry("events")


class EndpointRefused(Exception):
    def __init__(self, code, words, field=""):
        super().__init__(code)
        self.code, self.words, self.field = code, words, field


@transaction.atomic
def add_endpoint(*, person, url, wanted) -> WebhookEndpoint:
    """Its secret is shown by whoever called this, once."""
    try:
        outside.check(url)
    except outside.AddressRefused as refused:
        raise EndpointRefused("address", refused.words, "url") from refused
    if not wanted or not set(wanted) <= events.keys():
        raise EndpointRefused("events", _("Choose at least one event."), "events")
    if WebhookEndpoint.objects.filter(person=person).count() >= MOST:
        raise EndpointRefused("too_many", _("You have %(n)d addresses. Remove one first.") % {"n": MOST})
    endpoint = WebhookEndpoint.objects.create(person=person, url=url, events=sorted(wanted))
    audit(person, "webhook.added", f"webhook:{endpoint.pk}", endpoint.events)
    return endpoint


def mark_of(endpoint) -> str:
    """Tells one secret from the next, and nothing of either."""
    return hashlib.sha256(endpoint.secret.encode()).hexdigest()[:16]


@transaction.atomic
def exchange_secret(*, endpoint, now=None) -> str:
    """A new secret. The former one signs along for a day, so that the receiver can change over in its own time."""
    now = now or timezone.now()
    endpoint.former_secret, endpoint.former_until = endpoint.secret, now + OVERLAP
    endpoint.secret = make_signing_secret()
    endpoint.save(update_fields=["secret", "former_secret", "former_until"])
    audit(endpoint.person, "webhook.secret_exchanged", f"webhook:{endpoint.pk}")
    return endpoint.secret


@transaction.atomic
def remove_endpoint(*, endpoint) -> None:
    audit(endpoint.person, "webhook.removed", f"webhook:{endpoint.pk}")
    endpoint.delete()


def switch_on(*, endpoint) -> None:
    """Send there again, from now on."""
    endpoint.disabled_at = endpoint.failing_since = None
    endpoint.save(update_fields=["disabled_at", "failing_since"])
