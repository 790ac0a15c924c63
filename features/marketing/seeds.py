"""A draft in the demo world, and some who asked for the newsletter."""

from datetime import datetime

from features.accounts.models import Role, RoleGrant, User
from features.marketing import services
from features.marketing.letters import NEWSLETTER
from features.marketing.models import Newsletter
from features.notifications import services as notifications
from features.notifications.models import Level

TEXT = """Good morning,

this month three new **series** begin, and mentors have opened office hours that several share:
everybody pays less the more there are.

- What is new stands on the home page.
- You have never been at a session? The next one for beginners is free.

See you there."""


def fill(now: datetime) -> None:
    organisers = RoleGrant.objects.in_force(now).filter(role=Role.ORGANISER, person__is_demo=True)
    first = organisers.order_by("person").select_related("person").first()
    if first is None or Newsletter.objects.exists():
        return
    for person in User.objects.filter(is_demo=True, is_active=True).order_by("pk")[:12:2]:
        notifications.choose(person=person, levels={NEWSLETTER.key: Level.MAIL}, now=now)
    draft = Newsletter(title="What begins this month", text=TEXT)
    services.save_newsletter(newsletter=draft, by=first.person, now=now)
