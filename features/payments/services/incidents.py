"""What a person has to look at: kept until somebody has put it right."""

import contextlib
import logging
import sys
from collections.abc import Iterator

from django.utils import timezone

from core.db import DATABASE_FAULTS
from features.payments.models import Incident
from features.payments.stripe_client import KeyRefused, StripeDown

log = logging.getLogger("payments")


def report(kind: str, about: str, **facts) -> Incident:
    """Once per thing, however often it is found. `facts` are ids and amounts, never names."""
    incident, is_new = Incident.objects.get_or_create(
        kind=kind, about=about, resolved_at=None, defaults={"facts": facts}
    )
    if is_new:
        log.error("incident", extra={"kind": kind, "about": about, **facts}, exc_info=sys.exception())
    return incident


@contextlib.contextmanager
def apart(about: str) -> Iterator[None]:
    """One of many that are seen to in turn: what goes wrong with it is left for an organiser, and the others go on.
    Raises what says that Stripe or the database cannot be asked, with which none of them would."""
    try:
        yield
    except (StripeDown, KeyRefused, *DATABASE_FAULTS):
        raise
    except Exception as error:  # noqa: BLE001 - one may fail in any way, and must not stop the money of all others
        report(Incident.Kind.STUCK, about, error=getattr(error, "code", "") or type(error).__name__)


def resolve(*, incident: Incident, by, now=None) -> None:
    Incident.objects.filter(pk=incident.pk, resolved_at=None).update(resolved_at=now or timezone.now(), resolved_by=by)
