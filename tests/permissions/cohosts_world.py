"""The host's draft that the guest holds with them, and another one of which they were asked."""

from datetime import timedelta

from features.sessions import services
from tests.factories import make_session


def add_cohosts(world):
    guest, host = world.guest, world.host
    drafts = [
        make_session(host, about=[world.skill], published=False, starts_in=timedelta(days=40 + n), title="Canary two")
        for n in (0, 1)
    ]
    for draft in drafts:
        services.invite_cohost(session=draft, by=host, handle=guest.handle)
    world.together, world.asked = drafts
    services.accept_cohosting(session=world.together, by=guest)
    world.cohost = world.together.cohosts.get()
