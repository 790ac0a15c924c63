from django.db import transaction
from django.utils import timezone

from features.discovery import services as discovery
from features.discovery.models import Wish
from features.notifications.services import notify
from features.profiles import wish_notices


def tell_wishes(now=None) -> int:
    """Whoever looked in vain hears once that there is something; what nobody finds in 90 days is forgotten."""
    now, told = now or timezone.now(), 0
    for wish in discovery.come_true(now):
        with transaction.atomic():
            if Wish.objects.filter(pk=wish.pk, told_at=None).update(told_at=now):
                key = f"wish_found:{wish.pk}:{wish.wished_at.timestamp()}"
                notify(wish.person, "wish_found", wish.pk, wish_notices.address(wish), key=key)
                told += 1
    discovery.forget_wishes(now)
    return told
