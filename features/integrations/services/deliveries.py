"""Events on their way to those who asked for them: at least once, in no promised order, signed at every sending."""

import json
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import outside
from core.arrays import one_of
from core.db import Prepared
from core.jobs import enqueue
from core.limits import hit
from core.seo import absolute
from core.signatures import sign
from features.integrations.models import Attempt, Delivery, WebhookEndpoint
from features.integrations.services.endpoints import EndpointRefused
from features.notifications.services import notify

# After each failure; with the first sending eight tries within about a day.
PAUSES = [timedelta(minutes=n) for n in (1, 5, 30, 120, 300, 420, 600)]
KEPT = timedelta(days=30)
TEST = "test"
GONE = 410


LISTENING = Prepared(
    lambda people, event: WebhookEndpoint.objects.filter(
        one_of("person_id", people), events__contains=event, disabled_at=None, person__is_active=True
    )
)


def emit(*, people, event: str, about: dict, path: str, now=None) -> int:
    """Tell the endpoints of `people` (ids) that asked for `event`; answers how many. `about` holds ids by name and no
    personal values, `path` leads to the thing. To be called in the transaction of what happened."""
    found = LISTENING.all(list(people), [event])
    if found:
        event_id = _make_event_id()
        for endpoint in found:
            _write(endpoint, event_id, event, {**about, "url": absolute(path)}, now or timezone.now())
    return len(found)


@transaction.atomic
def send_test(*, endpoint) -> Delivery:
    """An event that says nothing but that the way is open. Raises EndpointRefused."""
    hit("webhook_test", endpoint.person_id)
    if endpoint.disabled_at:
        raise EndpointRefused("disabled", _("This address is switched off. Switch it on first."))
    return _write(endpoint, _make_event_id(), TEST, {"url": absolute(reverse("webhooks"))}, timezone.now())


@transaction.atomic
def replay(*, delivery) -> None:
    """Send it once more: the same event with the same id and body, signed anew. Raises EndpointRefused."""
    hit("webhook_test", delivery.endpoint.person_id)
    if delivery.endpoint.disabled_at:
        raise EndpointRefused("disabled", _("This address is switched off. Switch it on first."))
    waiting = Delivery.State.WAITING
    if not Delivery.objects.filter(pk=delivery.pk).exclude(state=waiting).update(state=waiting, tries=0):
        raise EndpointRefused("waiting", _("It is on its way already."))
    _put_on_its_way(delivery.pk)


def deliver(delivery_id: int, *, now=None) -> None:
    """Send what waits, and write down what came of it. It fails without an error: this has pauses of its own, and what
    an operator should look at is not somebody's server. No transaction is open while that thinks."""
    now = now or timezone.now()
    waiting = Delivery.objects.filter(pk=delivery_id, state=Delivery.State.WAITING)
    delivery = waiting.select_related("endpoint__person").first()
    if delivery is None:
        return
    endpoint = delivery.endpoint
    if endpoint.disabled_at or not endpoint.person.is_active:
        waiting.update(state=Delivery.State.GIVEN_UP)
        return
    _write_down(delivery, outside.post(endpoint.url, delivery.body, headers(delivery, now)), now)


@transaction.atomic
def _write_down(delivery: Delivery, answer: outside.Answer, now) -> None:
    """Once, whoever sent it as well meanwhile: the event's id is the same."""
    waiting = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.WAITING, tries=delivery.tries)
    if not waiting.select_for_update().exists():
        return
    endpoint = delivery.endpoint
    Attempt.objects.create(
        delivery=delivery,
        happened_at=now,
        milliseconds=answer.milliseconds,
        status=answer.status,
        error=answer.error,
        answer=answer.text,
    )
    delivery.tries += 1
    if not answer.error:
        delivery.state = Delivery.State.DELIVERED
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failing_since=None)
    else:
        _failed(delivery, answer, now)
    delivery.save(update_fields=["state", "tries"])


def _failed(delivery, answer, now):
    endpoint = delivery.endpoint
    if endpoint.failing_since is None:
        WebhookEndpoint.objects.filter(pk=endpoint.pk, failing_since=None).update(failing_since=now)
    if answer.status != GONE and delivery.tries <= len(PAUSES):
        _put_on_its_way(delivery.pk, now + PAUSES[delivery.tries - 1])
        return
    delivery.state = Delivery.State.GIVEN_UP
    # All the tries of a day were in vain, and nothing else came through meanwhile.
    never = endpoint.failing_since and endpoint.failing_since <= now - sum(PAUSES, timedelta())
    if answer.status == GONE or never:
        off = WebhookEndpoint.objects.filter(pk=endpoint.pk, disabled_at=None).update(disabled_at=now)
        if off:
            key = f"webhook_off:{endpoint.pk}:{now.isoformat()}"
            notify(endpoint.person, "webhook_off", endpoint.pk, reverse("webhook", args=[endpoint.public_id]), key=key)


def headers(delivery, now) -> dict[str, str]:
    endpoint = delivery.endpoint
    keys = [endpoint.secret]
    if endpoint.former_until and endpoint.former_until > now:
        keys.append(endpoint.former_secret)
    return {
        "Content-Type": "application/json",
        "User-Agent": f"{settings.SITE_NAME} webhooks",
        "Webhook-Id": delivery.event_id,
        "Webhook-Signature": sign(delivery.body, keys, int(now.timestamp())),
    }


def forget_old(*, now=None) -> int:
    return Delivery.objects.filter(created_at__lte=(now or timezone.now()) - KEPT).delete()[0]


def _make_event_id() -> str:
    return f"evt_{secrets.token_urlsafe(16)}"


def _write(endpoint, event_id, event, data, now) -> Delivery:
    body = {"id": event_id, "type": event, "created_at": now.isoformat(timespec="seconds"), "data": data}
    delivery = Delivery.objects.create(
        endpoint=endpoint, event_id=event_id, event=event, body=json.dumps(body), created_at=now
    )
    _put_on_its_way(delivery.pk)
    return delivery


def _put_on_its_way(delivery_id, not_before=None):
    enqueue("features.integrations.tasks.deliver", delivery_id, not_before=not_before)
