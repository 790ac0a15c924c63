from core.jobs import job
from features.marketing import services


@job
def tell_readers(newsletter_id):
    services.tell_readers(int(newsletter_id))
