"""A webhook that the expert once had: its log, and how it ended. Nothing is sent from here, no key opens anything."""

import json
from datetime import timedelta

from django.db import transaction

from features.accounts.models import User
from features.integrations.models import Attempt, Delivery, WebhookEndpoint

# (days ago, event, what came back of each try: status or 0, error, answer)
LOG = [
    (9, "session.published", [(200, "", '{"ok": true}')]),
    (8, "registration.created", [(200, "", '{"ok": true}')]),
    (6, "registration.created", [(503, "status", "upstream is restarting"), (200, "", '{"ok": true}')]),
    (4, "registration.cancelled", [(0, "timeout", "")] * 7 + [(410, "status", "moved out, thank you")]),
]


@transaction.atomic
def fill(now):
    person = User.objects.filter(is_demo=True, email="expert@demo.example").first()
    if person is None or person.webhook_endpoints.exists():
        return
    gone = now - timedelta(days=3)
    endpoint = WebhookEndpoint.objects.create(
        person=person,
        url="https://hooks.demo.example/masteryhub",
        events=sorted({event for _days, event, _tries in LOG}),
        created_at=now - timedelta(days=10),
        failing_since=now - timedelta(days=4),
        disabled_at=gone,
    )
    for number, (days, event, tries) in enumerate(LOG):
        _write(endpoint, f"evt_demo-{number}", event, tries, now - timedelta(days=days))


def _write(endpoint, event_id, event, tries, at):
    body = {"id": event_id, "type": event, "created_at": at.isoformat(timespec="seconds"), "data": {"url": ""}}
    worked = tries[-1][0] == 200
    delivery = Delivery.objects.create(
        endpoint=endpoint,
        event_id=event_id,
        event=event,
        body=json.dumps(body),
        created_at=at,
        state=Delivery.State.DELIVERED if worked else Delivery.State.GIVEN_UP,
        tries=len(tries),
    )
    for number, (status, error, answer) in enumerate(tries):
        Attempt.objects.create(
            delivery=delivery,
            happened_at=at + timedelta(hours=3 * number),
            milliseconds=10_000 if error == "timeout" else 84 + 7 * number,
            status=status or None,
            error=error,
            answer=answer,
        )
