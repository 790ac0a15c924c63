from core.jobs import job, periodic
from features.profiles import services


@job
def check_link(ref):
    services.check_link(int(ref))


@periodic(minutes=60)
def tell_wishes():
    services.tell_wishes()


@periodic(minutes=60)
def recheck_links():
    services.recheck_links()
