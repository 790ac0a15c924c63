"""What this feature knows about a person, for export and erasure."""

from features.notifications.models import (
    Digest,
    DigestRhythm,
    Follow,
    Notification,
    Preference,
    SuppressedAddress,
)


def export(person) -> dict:
    told = Notification.objects.filter(recipient=person).order_by("pk")
    chosen = Preference.objects.filter(person=person).order_by("group")
    followed = Follow.objects.filter(person=person).order_by("key")
    sent = Digest.objects.filter(person=person).order_by("day")
    refused = SuppressedAddress.objects.filter(pk=person.email.lower())
    moments = ("created_at", "mailed_at", "withheld_at", "read_at")
    return {
        "notifications": list(told.values("kind", "ref", "url", "by_digest", *moments)),
        "preferences": list(chosen.values("group", "level", "changed_at")),
        "follows": list(followed.values("key", "level", "followed_at")),
        "digest_rhythm": list(DigestRhythm.objects.filter(person=person).values("rhythm", "changed_at")),
        "digests": list(sent.values("day", "slot_at", "sent_at", "withheld_at")),
        "address_not_written_to": list(refused.values("address", "reason", "answer", "suppressed_at")),
    }


def erase(person) -> None:
    for model in (Preference, Follow, DigestRhythm, Digest):
        model.objects.filter(person=person).delete()
    Notification.objects.filter(recipient=person).delete()
    SuppressedAddress.objects.filter(pk=person.email.lower()).delete()
