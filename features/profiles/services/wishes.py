from datetime import datetime

from django.db import transaction
from django.utils import timezone

from core.jobs import each
from features.accounts.models import User
from features.discovery import services as discovery
from features.discovery.models import Wish
from features.notifications.services import notify
from features.profiles import wish_notices


def tell_wishes(now=None) -> int:
    """Whoever looked in vain hears once that there is something, of all that was found and once in a day at most. What
    nobody finds in 90 days is forgotten. Answers how many people were told."""
    now = now or timezone.now()
    discovery.forget_wishes(now)
    return each(discovery.those_who_wish(now), lambda person: _tell(person, now))


@transaction.atomic
def _tell(person: User, now: datetime) -> bool:
    found = discovery.come_true(person, now)
    if not Wish.objects.filter(pk__in=[wish.pk for wish in found], told_at=None).update(told_at=now):
        return False
    first = found[0]
    key = f"wish_found:{first.pk}:{first.wished_at.timestamp()}"
    notify(person, "wish_found", first.pk, wish_notices.address(first), key=key)
    return True
