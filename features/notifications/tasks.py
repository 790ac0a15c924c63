from datetime import timedelta

from django.utils import timezone

from core.jobs import job, periodic
from features.notifications import services


@job
def deliver(notification_id):
    services.deliver(int(notification_id))


@job
def send_digest(digest_id):
    services.send_digest(int(digest_id))


@periodic(minutes=15)
def open_digests():
    services.open_digests(now=timezone.now())


@periodic(minutes=24 * 60, at=timedelta(hours=3, minutes=40))
def forget_old_digests():
    services.forget_old(before=timezone.now() - timedelta(days=90))
