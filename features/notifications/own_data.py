"""What this feature knows about a person, for export and erasure."""

from features.notifications.models import Notification, Preference


def export(person) -> dict:
    told = Notification.objects.filter(recipient=person).order_by("pk")
    chosen = Preference.objects.filter(person=person).order_by("group")
    return {
        "notifications": list(told.values("kind", "ref", "url", "created_at", "mailed_at", "withheld_at", "read_at")),
        "preferences": list(chosen.values("group", "level", "changed_at")),
    }


def erase(person) -> None:
    Notification.objects.filter(recipient=person).delete()
    Preference.objects.filter(person=person).delete()
