"""What this feature knows about a person, for export and erasure."""

from features.accounts.personal_data import PersonalData, personal_data
from features.assessments.models import Attempt, Bank, Item, ItemReview, ItemVersion, PracticeCard, Response


def export(person) -> dict:
    attempts = Attempt.objects.filter(person=person).order_by("pk")
    responses = Response.objects.filter(attempt__person=person).order_by("pk")
    cards = PracticeCard.objects.filter(person=person).order_by("pk")
    said = ItemReview.objects.filter(reviewer=person).order_by("pk")
    wrote = ItemVersion.objects.filter(made_by=person).order_by("pk")
    took = ("bank__title", "started_at", "finished_at", "ending", "mean", "error", "points", "passed", "help_used")
    gave = ("attempt_id", "position", "version__text", "answer", "is_right", "shown_at", "answered_at")
    return {
        "attempts": list(attempts.values(*took, "voided_at", "void_reason")),
        "responses": list(responses.values(*gave)),
        "practice": list(cards.values("version__text", "due_at", "answered", "right")),
        "banks": list(
            Bank.objects.filter(author=person).order_by("pk").values("title", "about", "stage", "created_at")
        ),
        "items": list(Item.objects.filter(bank__author=person).order_by("pk").values("key", "area", "state")),
        "item_versions": list(wrote.values("item__key", "number", "text", "content", "made_at")),
        "item_reviews": list(said.values("version__text", "verdict", "comment", "said_at")),
    }


def erase(person) -> None:
    """Tests and practice go. Questions stay, because the results of others were computed from them, without a name."""
    PracticeCard.objects.filter(person=person).delete()
    Attempt.objects.filter(person=person).delete()
    ItemVersion.objects.filter(made_by=person).update(made_by=None)


def register():
    personal_data.register("assessments", PersonalData(export=export, erase=erase))
