from core.jobs import job
from features.notifications import services


@job
def deliver(notification_id):
    services.deliver(int(notification_id))
