"""What a host wrote to those who registered."""

from features.notifications.models import Notification
from features.sessions.models import SessionMessage


def add_messages(world):
    """A draft of the host, and one that was sent to the guest."""
    words = {"session": world.session, "by": world.host, "title": "Canary", "text": "Bring it.", "audience": "seats"}
    world.draft_message = SessionMessage.objects.create(**words)
    at = world.draft_message.written_at
    world.sent_message = SessionMessage.objects.create(**words, asked_at=at, sent_at=at, told_at=at, told_count=1)
    Notification.objects.create(
        recipient=world.guest, kind="session_message", ref=str(world.sent_message.pk), key="session_message:canary",
        url=world.sent_message.get_absolute_url(),
    )  # fmt: skip
