"""The newsletter is written by organisers, and read by those to whom it was sent."""

from features.marketing.models import Newsletter
from features.notifications.models import Notification


def add_newsletters(world):
    """A draft, and one that was sent to the guest."""
    staff = world.people["organiser"]
    words = {"title": "Canary news", "text": "Hello", "html": "<p>Hello</p>", "made_by": staff}
    world.draft_letter = Newsletter.objects.create(**words)
    world.sent_letter = Newsletter.objects.create(**words, sent_by=staff, sent_at=world.draft_letter.made_at)
    Notification.objects.create(
        recipient=world.guest, kind="newsletter", ref=str(world.sent_letter.pk), key="newsletter:canary",
        url=world.sent_letter.get_absolute_url(),
    )  # fmt: skip


ARGUMENTS = dict.fromkeys(("manage_newsletter", "manage_newsletter_edit"), lambda w: [w.draft_letter.pk])
ARGUMENTS["newsletter"] = lambda w: [w.sent_letter.pk]
ARGUMENTS["newsletter@draft"] = lambda w: [w.draft_letter.pk]
SAID = {"title": "News", "text": "Hello", "segment": "all"}
BODIES = {
    ("manage_announcements", "POST"): lambda w: {"words": "Canary line", "hours": 24},
    ("manage_newsletter", "POST"): lambda w: {"act": "try"},
    ("manage_newsletter_new", "POST"): lambda w: SAID,
    ("manage_newsletter_edit", "POST"): lambda w: SAID,
}

TABLE = """
#                            stranger unverif. member owner expert moderat. moderator+ organiser
newsletter              GET  login    login    404    200   404    404      404        200
newsletter@draft        GET  login    login    404    404   404    404      404        200
manage_announcements    GET  login    login    404    404   404    mfa      404        200
manage_announcements    POST login    login    404    404   404    mfa      404        303
manage_newsletters      GET  login    login    404    404   404    mfa      404        200
manage_newsletters      POST login    login    404    404   404    mfa      405        405
manage_newsletter       GET  login    login    404    404   404    mfa      404        200
manage_newsletter       POST login    login    404    404   404    mfa      404        303
manage_newsletter_new   GET  login    login    404    404   404    mfa      404        200
manage_newsletter_new   POST login    login    404    404   404    mfa      404        303
manage_newsletter_edit  GET  login    login    404    404   404    mfa      404        200
manage_newsletter_edit  POST login    login    404    404   404    mfa      404        303
"""
