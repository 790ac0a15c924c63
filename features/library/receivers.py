"""What is bought, given or granted to somebody stands in their library at once, and with that its days begin. With all
of its money goes what it proved."""

from django.dispatch import receiver

from core.text import numbers
from features.library import services
from features.library.models import Work
from features.payments.signals import access_given, access_refunded


@receiver(access_given)
def begin_what_was_given(sender, entitlement, **_kwargs):
    work = _work_of(entitlement.key)
    if work:
        services.enrol(work=work, person=entitlement.person, now=entitlement.starts_at)
        services.restore_certificate(work=work, person=entitlement.person, now=entitlement.starts_at)


@receiver(access_refunded)
def take_back_what_it_proved(sender, entitlement, **_kwargs):
    work = _work_of(entitlement.key)
    if work:
        services.take_back_certificate(work=work, person=entitlement.person)


def _work_of(key: str) -> Work | None:
    feature, _, ref = key.partition(":")
    return Work.objects.filter(pk__in=numbers([ref])).first() if feature == "library" else None
