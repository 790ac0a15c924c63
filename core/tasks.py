from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.db.models.functions import Now

from core import api_once, page_cache
from core.jobs import periodic
from core.models import CacheEntry, Outbox, PeriodicRun, RateCounter

KEPT = timedelta(days=30)


@periodic(minutes=60)
def forget_expired():
    RateCounter.objects.filter(ends_at__lte=Now()).delete()
    CacheEntry.objects.filter(expires_at__lte=Now()).delete()
    api_once.sweep()
    page_cache.forget()


@periodic(minutes=24 * 60, at=timedelta(hours=3, minutes=20))
def prune():
    Outbox.objects.filter(done_at__lte=Now() - KEPT).delete()
    PeriodicRun.objects.filter(slot__lte=Now() - KEPT).delete()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
