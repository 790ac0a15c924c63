"""What this feature knows about a person."""

from features.discovery.models import Wish


def export(person) -> dict:
    rows = Wish.objects.filter(person=person).order_by("pk")
    return {"looked_for": list(rows.values("words", "kind", "wished_at", "told_at"))}


def erase(person) -> None:
    Wish.objects.filter(person=person).delete()
