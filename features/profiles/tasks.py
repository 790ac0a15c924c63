from core.jobs import job_outside, periodic
from features.profiles import services


@job_outside
def check_link(ref):
    services.check_link(int(ref))


@periodic(minutes=60)
def tell_wishes():
    return services.tell_wishes()


@periodic(minutes=60)
def recheck_links():
    services.recheck_links()
