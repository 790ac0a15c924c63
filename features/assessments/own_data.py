"""What this feature knows about a person, for export and erasure."""

from django.utils import timezone
from django.utils.translation import gettext as _

from features.accounts.personal_data import Foretold, PersonalData, personal_data
from features.assessments import services
from features.assessments.models import (
    Attempt,
    Award,
    Badge,
    Bank,
    BankReader,
    Evaluation,
    Example,
    Item,
    ItemReview,
    ItemVersion,
    PracticeCard,
    Reading,
    Response,
    Rubric,
    Snippet,
    Submission,
    SubmittedFile,
    Task,
    Trial,
    WorkAppeal,
)


def export(person) -> dict:
    attempts = Attempt.objects.filter(person=person).order_by("pk")
    # What was right in a test that runs is told when it has ended.
    responses = Response.objects.filter(attempt__person=person).exclude(attempt__finished_at=None).order_by("pk")
    cards = PracticeCard.objects.filter(person=person).order_by("pk")
    said = ItemReview.objects.filter(reviewer=person).order_by("pk")
    wrote = ItemVersion.objects.filter(made_by=person).order_by("pk")
    took = ("bank__title", "started_at", "finished_at", "ending", "mean", "error", "points", "passed", "help_used")
    gave = ("attempt_id", "position", "version__text", "answer", "is_right", "shown_at", "answered_at")
    return {
        "attempts": list(attempts.values(*took, "voided_at")),
        "responses": list(responses.values(*gave)),
        "practice": list(cards.values("version__text", "due_at", "answered", "right")),
        "banks": list(
            Bank.objects.filter(author=person).order_by("pk").values("title", "about", "stage", "created_at")
        ),
        "items": list(Item.objects.filter(bank__author=person).order_by("pk").values("key", "area", "state")),
        "item_versions": list(wrote.values("item__key", "number", "text", "content", "made_at")),
        "badges": list(
            Badge.objects.filter(person=person).order_by("pk").values("code", "skill__name", "level", "issued_at")
        ),
        "awards": list(Award.objects.filter(person=person).order_by("pk").values("rule", "granted_at")),
        **_work(person),
        "banks_read": list(BankReader.objects.filter(person=person).order_by("pk").values("bank__title", "since")),
        "item_reviews": list(said.values("version__text", "verdict", "comment", "said_at")),
    }


def _work(person) -> dict:
    works = Submission.objects.filter(person=person).order_by("pk")
    handed = ("task__title", "text", "links", "help_used", "done_on", "state", "submitted_at")
    came_to = ("level", "error", "voided_at")
    said = ("submission__task__title", "role", "scores", "comments", "overall", "level", "submitted_at")
    answers = ("answer", "answer_text", "answered_at")
    readings = Reading.objects.order_by("pk")
    talks = Evaluation.objects.of(person).order_by("pk")
    return {
        "evaluations": list(talks.values("submission__task__title", "starts_at", "ends_at", "cancelled_at", "reason")),
        "submissions": list(works.values(*handed, *came_to)),
        "submitted_files": list(SubmittedFile.objects.filter(submission__person=person).values("name", "size")),
        "judgements_of_my_work": list(readings.filter(submission__person=person).values(*said, *answers)),
        "judgements_by_me": list(readings.filter(reader=person).values(*said)),
        "work_appeals": list(WorkAppeal.objects.filter(submission__person=person).values("text", "made_at")),
        "snippets": list(Snippet.objects.filter(owner=person).values("text", "used")),
        "tasks": list(Task.objects.filter(author=person).order_by("pk").values("title", "brief", "created_at")),
        "rubrics": list(Rubric.objects.filter(made_by=person).order_by("pk").values("content", "made_at")),
        "examples": list(Example.objects.filter(made_by=person).order_by("pk").values("text", "scores", "why")),
        "trials": list(Trial.objects.filter(reader=person).order_by("pk").values("scores", "agreement", "tried_at")),
    }


def leave(person) -> None:
    """Call off what is booked, so that nobody waits in vain."""
    now = timezone.now()
    for talk in Evaluation.objects.standing().of(person).filter(starts_at__gt=now):
        services.call_off(evaluation=talk, by=person, reason=str(_("The account was closed.")), now=now)


def foretell(person) -> Foretold:
    coming = Evaluation.objects.standing().of(person).filter(starts_at__gt=timezone.now())
    return Foretold(at_once=[(_("Talks about work called off"), coming.count())])


def erase(person) -> None:
    """Tests, practice and work go. Questions stay, because the results of others were computed from them, without a
    name."""
    leave(person)
    Evaluation.objects.filter(cancelled_by=person).update(reason="")
    PracticeCard.objects.filter(person=person).delete()
    Attempt.objects.filter(person=person).delete()
    Submission.objects.filter(person=person).delete()
    Snippet.objects.filter(owner=person).delete()
    Badge.objects.filter(person=person).delete()
    Award.objects.filter(person=person).delete()
    BankReader.objects.filter(person=person).delete()
    for model in (ItemVersion, Example):
        model.objects.filter(made_by=person).update(made_by=None)


def register():
    personal_data.register("assessments", PersonalData(export=export, erase=erase, leave=leave, foretell=foretell))
