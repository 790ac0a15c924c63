"""What is bought, given or granted to somebody stands in their library at once, and with that its days begin."""

from django.dispatch import receiver

from core.text import numbers
from features.library import services
from features.library.models import Work
from features.payments.signals import access_given


@receiver(access_given)
def begin_what_was_given(sender, entitlement, **_kwargs):
    feature, _, ref = entitlement.key.partition(":")
    if feature == "library":
        work = Work.objects.filter(pk__in=numbers([ref])).first()
        if work:
            services.enrol(work=work, person=entitlement.person, now=entitlement.starts_at)
