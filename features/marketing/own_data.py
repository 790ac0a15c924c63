"""What this feature knows about a person, for export and erasure."""

from features.marketing.models import Newsletter


def export(person) -> dict:
    mine = Newsletter.objects.filter(made_by=person).order_by("pk")
    return {"newsletters": list(mine.values("title", "text", "segment", "value", "made_at", "sent_at"))}


def erase(person) -> None:
    """Drafts go. What was sent is the site's, and stays as it was read."""
    Newsletter.objects.drafts().filter(made_by=person).delete()
