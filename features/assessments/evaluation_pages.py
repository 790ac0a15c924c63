"""What the pages of talks show, gathered from rows: plain data in, a context out."""

from itertools import groupby

from django.conf import settings
from django.utils import timezone

from features.assessments import services
from features.assessments.models import Evaluation

DAYS_SHOWN = 7


def times_page(task, person, now, is_all=False) -> dict:
    """Grouped by the date that the reader's own clocks show."""
    refusal = services.why_not_book(task, person, now)
    found = [] if refusal else services.free_times(task=task, person=person, now=now)
    days = [
        [(int(start.timestamp()), start) for start, _end in times]
        for _day, times in groupby(found, lambda span: timezone.localtime(span[0]).date())
    ]
    return {
        "task": task,
        "refusal": refusal,
        "days": days if is_all else days[:DAYS_SHOWN],
        "has_more": not is_all and len(days) > DAYS_SHOWN,
        "examiner_zone": task.author.time_zone or settings.DEFAULT_TIME_ZONE,
    }


def of_work(work, viewer, now) -> dict:
    """The talk on the page of its submission; nothing for work that is read."""
    evaluation = Evaluation.objects.filter(submission=work).select_related("examiner").first()
    if evaluation is None:
        return {}
    evaluation.submission = work
    is_examiner = viewer.pk == evaluation.examiner_id
    stands = work.state == "live"
    return {
        "talk": evaluation,
        "other": evaluation.other(viewer),
        "verdict": evaluation.verdict(now),
        "room": work.task.room_url if stands and evaluation.room_is_open(now) else "",
        "may_call_off": stands and (is_examiner or evaluation.starts_at > now),
        "reading": work.readings.filter(reader=viewer, submitted_at=None).first()
        if stands and is_examiner and evaluation.starts_at <= now
        else None,
    }


def to_examine(reader, now):
    """What one has to examine, the next first."""
    coming = Evaluation.objects.standing().filter(examiner=reader)
    return coming.select_related("submission__task", "submission__person").order_by("starts_at")[:50]
