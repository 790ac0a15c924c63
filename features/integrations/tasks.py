from datetime import timedelta

from core.jobs import job_outside, periodic
from features.integrations import services


@job_outside
def deliver(delivery_id):
    services.deliver(int(delivery_id))


@periodic(minutes=24 * 60, at=timedelta(hours=3, minutes=50))
def forget_old_deliveries():
    services.forget_old()
