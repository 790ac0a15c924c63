"""Who may see and do what here. What somebody may not see does not exist for them."""

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from features.accounts.access import has_any_role
from features.accounts.models import Role
from features.assessments.models import (
    Attempt,
    Bank,
    Evaluation,
    Item,
    ItemVersion,
    Reading,
    Submission,
    SubmittedFile,
    Task,
)
from features.assessments.services.keys import banks_to_read

AUTHORS = (Role.EXPERT, Role.ORGANISER)


def is_author(person) -> bool:
    return has_any_role(person, *AUTHORS)


def visible_bank(person, pk) -> Bank:
    """What is offered; a draft or a closed one for its author."""
    return get_object_or_404(Bank.objects.visible_to(person.pk).select_related("skill", "author"), pk=pk)


def authored_bank(person, pk) -> Bank:
    """For who writes it, and who runs the site."""
    bank = get_object_or_404(Bank.objects.select_related("skill", "author"), pk=pk)
    if bank.author_id != person.pk and not has_any_role(person, Role.ORGANISER):
        raise Http404
    return bank


def readable_item(person, pk) -> Item:
    """An item with its answers: for its author, for who runs the site and for experts who took on reading its bank, and
    so take no test of it. Once it is asked, of these only for who has judged it."""
    items = Item.objects.select_related("bank__skill", "bank__author", "current__made_by")
    item = get_object_or_404(items, pk=pk, current__isnull=False)
    if item.bank.author_id == person.pk or has_any_role(person, Role.ORGANISER):
        return item
    if not has_any_role(person, Role.EXPERT) or not item.bank.readers.filter(person=person).exists():
        raise Http404
    if item.state != Item.State.DRAFT and not ItemVersion.objects.known_to(person).filter(item=item).exists():
        raise Http404
    return item


def bank_to_read(person, pk) -> Bank:
    """One whose questions wait for somebody like this person to read them."""
    return get_object_or_404(banks_to_read(person).select_related("skill"), pk=pk)


def own_attempt(person, public_id) -> Attempt:
    """A test is nobody else's."""
    attempts = Attempt.objects.select_related("bank__skill", "bank__author", "person")
    return get_object_or_404(attempts, public_id=public_id, person=person)


# --- Work that is judged --------------------------------------------------------------------------------------------
def visible_task(person, pk) -> Task:
    """What takes work; a closed one for its author and for who has handed in work."""
    task = get_object_or_404(Task.objects.select_related("skill", "author", "rubric"), pk=pk)
    if not task.is_open and task.author_id != person.pk and not task.submissions.filter(person=person.pk).exists():
        raise Http404
    return task


def authored_task(person, pk) -> Task:
    task = get_object_or_404(Task.objects.select_related("skill", "author", "rubric"), pk=pk)
    if task.author_id != person.pk and not has_any_role(person, Role.ORGANISER):
        raise Http404
    return task


def own_submission(person, public_id) -> Submission:
    return get_object_or_404(_works(), public_id=public_id, person=person)


def visible_submission(person, public_id) -> Submission:
    """One's own; for readers while they hold it or once they have judged it."""
    work = get_object_or_404(_works(), public_id=public_id)
    if not may_read(person, work):
        raise Http404
    return work


def may_read(person, work) -> bool:
    if work.person_id == person.pk:
        return True
    if Evaluation.objects.filter(submission=work, examiner=person).exists():
        return True
    mine = Reading.objects.filter(submission=work, reader=person)
    return mine.filter(Q(submitted_at__isnull=False) | Q(leased_until__gt=timezone.now())).exists()


def readable_file(person, public_id) -> SubmittedFile:
    file = get_object_or_404(SubmittedFile.objects.select_related("submission"), public_id=public_id)
    if not may_read(person, file.submission):
        raise Http404
    return file


def own_reading(person, pk) -> Reading:
    """What one has taken and not judged yet."""
    readings = Reading.objects.select_related("submission__rubric", "submission__task__skill", "reader")
    return get_object_or_404(readings, pk=pk, reader=person, submitted_at=None)


def _works():
    return Submission.objects.select_related("task__skill", "rubric", "task__author", "person", "appeal")


def own_evaluation(person, public_id) -> Evaluation:
    """For the two who meet."""
    found = Evaluation.objects.of(person).select_related("submission__task", "submission__person", "examiner")
    return get_object_or_404(found, submission__public_id=public_id)


def own_judgement(person, pk) -> Reading:
    readings = Reading.objects.select_related("submission", "reader")
    return get_object_or_404(readings, pk=pk, reader=person, submitted_at__isnull=False)


# --- Results ----------------------------------------------------------------------------------------------------------
def result_of_kind(kind, public_id) -> Attempt | Submission:
    if kind == "attempt":
        rows = Attempt.objects.select_related("bank__skill", "person").filter(mean__isnull=False)
    elif kind == "submission":
        rows = _works().filter(level__isnull=False)
    else:
        raise Http404
    return get_object_or_404(rows, public_id=public_id)
