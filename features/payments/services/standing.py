"""How the site stands with Stripe: when it last took our key, refused it, sent us an event or left us to fetch one, and
when our books were compared with its; and up to when its events were all fetched, by Stripe's own clock."""

from datetime import datetime, timedelta

from core.models import Heartbeat

ANSWERED, REFUSED, COMPARED = "stripe_answered", "stripe_refused", "stripe_compared"
CALLED, FETCHED, PULLED = "stripe_called", "stripe_fetched", "stripe_pulled"
OFTEN = timedelta(minutes=1)  # events come in crowds, and one row is not for a crowd to wait at


def note_stripe(name: str, now: datetime) -> None:
    if not Heartbeat.objects.filter(name=name, beat_at__gt=now - OFTEN).exists():
        Heartbeat.objects.update_or_create(name=name, defaults={"beat_at": now})


def note_pulled(newest: datetime) -> None:
    Heartbeat.objects.update_or_create(name=PULLED, defaults={"beat_at": newest})


def stripe_standing() -> dict[str, datetime]:
    """By the names above; what never was is not in it."""
    return dict(Heartbeat.objects.filter(name__startswith="stripe_").values_list("name", "beat_at"))
