"""What this feature knows about a person, for export and erasure."""

from features.marketing.models import Announcement, Newsletter


def export(person) -> dict:
    mine = Newsletter.objects.filter(made_by=person).order_by("pk")
    announced = Announcement.objects.filter(made_by=person).order_by("pk")
    return {
        "newsletters": list(mine.values("title", "text", "segment", "value", "made_at", "sent_at")),
        "announcements": list(announced.values("words", "url", "made_at", "until")),
    }


def erase(person) -> None:
    """Drafts go. What was sent or announced is the site's, and stays as it was read."""
    Newsletter.objects.drafts().filter(made_by=person).delete()
