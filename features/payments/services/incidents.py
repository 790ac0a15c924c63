"""What a person has to look at: kept until somebody has put it right."""

import logging

from django.utils import timezone

from features.payments.models import Incident

log = logging.getLogger("payments")


def report(kind: str, about: str, **facts) -> Incident:
    """Once per thing, however often it is found. `facts` are ids and amounts, never names."""
    incident, is_new = Incident.objects.get_or_create(
        kind=kind, about=about, resolved_at=None, defaults={"facts": facts}
    )
    if is_new:
        log.error("incident", extra={"kind": kind, "about": about, **facts})
    return incident


def resolve(*, incident: Incident, by, now=None) -> None:
    Incident.objects.filter(pk=incident.pk, resolved_at=None).update(resolved_at=now or timezone.now(), resolved_by=by)
