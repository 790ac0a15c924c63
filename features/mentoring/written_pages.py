"""What the pages of answers in writing show."""

from django.urls import reverse

from core.pagination import keyset
from features.mentoring import services
from features.mentoring.models import WrittenReview
from features.payments import services as payments


def ask_page(offer, viewer, now) -> dict:
    return {
        "offer": offer,
        "mentor": offer.mentor,
        "here": offer.get_absolute_url(),
        "refusal": services.why_not_ask_in_writing(offer, viewer, now) if viewer.is_authenticated else None,
    }


def review_page(found, person, now) -> dict:
    is_mentor = person.pk == found.mentor_id
    order = payments.order_of("written_review", found.pk) if found.price_minor and not is_mentor else None
    return {
        "review": found,
        "is_mentor": is_mentor,
        "other": found.other(person),
        "my_turn": found.state == (WrittenReview.State.OPEN if is_mentor else WrittenReview.State.ASKED),
        "order": order,
        "files": list(found.files.select_related("file__owner").order_by("pk")),
        "may_take_back": not is_mentor
        and found.is_waiting
        and (not found.price_minor or not found.sent_at or now <= found.given_back_until),
        "report_url": _report_url(found, is_mentor),
    }


def _report_url(found, is_mentor) -> str:
    if is_mentor:
        return reverse("report", args=["written_work", found.pk])
    return reverse("report", args=["written_answer", found.pk]) if found.answer else ""


def list_page(request) -> dict:
    """Whatever one has sent or was sent, the newest first."""
    rows = WrittenReview.objects.of(request.user).select_related("mentor", "mentee")
    page = keyset(rows, request, order=("-id",), size=20)
    return {"page": page, "rows": [(row, row.other(request.user)) for row in page.items]}


def waiting_for(person) -> tuple[list, list]:
    """What is the person's turn, by deadline, and what they wait for."""
    State = WrittenReview.State
    rows = WrittenReview.objects.of(person).filter(state__in=WrittenReview.SENT).select_related("mentor", "mentee")
    mine: list = []
    theirs: list = []
    for row in rows.order_by("due_at", "pk"):
        turn = State.OPEN if row.mentor_id == person.pk else State.ASKED
        (mine if row.state == turn else theirs).append((row, row.other(person)))
    return mine, theirs
