from django.db import transaction
from django.utils import timezone

from core import mail
from core.jobs import enqueue
from features.notifications.kinds import kinds
from features.notifications.models import Notification


@transaction.atomic
def notify(recipient, kind: str, ref, url: str, key: str | None = None) -> None:
    """Tell one person one thing, once per key. The only way to write to a person; mail is one channel of it."""
    key = key or f"{kind}:{ref}:{recipient.pk}"
    row = Notification(recipient=recipient, kind=kind, ref=str(ref), url=url, key=key)
    Notification.objects.bulk_create([row], ignore_conflicts=True)
    saved = Notification.objects.only("pk").get(key=key)
    enqueue("features.notifications.tasks.deliver", saved.pk, key=f"deliver:{saved.pk}")


def deliver(notification_id: int, *, now=None) -> None:
    """Send the letter of a notification, unless it was dealt with before, or is no longer true."""
    now = now or timezone.now()
    open_ones = Notification.objects.filter(mailed_at=None, withheld_at=None)
    notification = open_ones.select_related("recipient").filter(pk=notification_id).first()
    if notification is None:
        return
    recipient = notification.recipient
    letter = kinds[notification.kind].letter(notification) if recipient.is_active else None
    if letter is None:
        open_ones.filter(pk=notification_id).update(withheld_at=now)
        return
    mail.send(
        recipient,
        letter.template,
        letter.context,
        attachments=letter.attachments,
        headers=dict(letter.headers),
        message_id=f"notification-{notification_id}",
    )
    # Written after the sending, so that no row is locked while a mail server takes its time.
    open_ones.filter(pk=notification_id).update(mailed_at=now)
