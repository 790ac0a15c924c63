"""What the pages of work show, gathered from rows: plain data in, a context out."""

from collections import Counter

from django.utils import timezone
from django.utils.translation import gettext as _

from core.text import numbers
from features.assessments import evaluation_pages, services
from features.assessments.curation import decision_on
from features.assessments.models import Reading, Snippet, Submission, Task, Trial, WorkAppeal

SHOWN = (Reading.Role.EXPERT, Reading.Role.THIRD, Reading.Role.APPEAL, Reading.Role.PEER, Reading.Role.SELF)


def task_page(task, person, form) -> dict:
    mine = []
    if person.is_authenticated:
        mine = list(task.submissions.filter(person=person).order_by("-submitted_at")[:10])
    return {
        "task": task,
        "form": form,
        "mine": mine,
        "is_waiting": any(work.state in ("peers", "experts", "live") for work in mine),
        "is_own": person.is_authenticated and task.author_id == person.pk,
        "may_read_peers": bool(task.peers) and any(work.state != "withdrawn" for work in mine),
        "examples": task.examples.current().count(),
    }


def submission_page(work, viewer) -> dict:
    """Judgements with their words. Before one has judged, one does not see how others did."""
    is_own = work.person_id == viewer.pk
    given = work.readings.filter(submitted_at__isnull=False).select_related("reader").order_by("submitted_at")
    criteria = work.rubric.criteria
    may_see = is_own or any(reading.reader_id == viewer.pk for reading in given) or work.task.author_id == viewer.pk
    earlier = None
    if is_own:
        before = Submission.objects.filter(
            task__skill=work.task.skill, person=viewer, submitted_at__lt=work.submitted_at
        )
        earlier = (
            before.exclude(level=None).filter(voided_at=None).select_related("task").order_by("-submitted_at").first()
        )
    return {
        "submission": work,
        "task": work.task,
        "files": work.files.only("public_id", "name", "size"),
        "is_own": is_own,
        "judgements": [judgement(reading, criteria) for reading in given] if may_see else [],
        "appeal": getattr(work, "appeal", None) if may_see else None,
        "earlier": earlier,
        "has_self": any(reading.role == Reading.Role.SELF for reading in given),
        "marks": _marks(work),
        **evaluation_pages.of_work(work, viewer, timezone.now()),
        "decision": decision_on("submission", work) if is_own else None,
        "low": max(1, work.level - 1.645 * work.error) if work.level else None,
        "high": min(5, work.level + 1.645 * work.error) if work.level else None,
    }


def _marks(work):
    from features.assessments.pages import marks

    if work.level is None:
        return None
    return marks(
        work.level,
        work.level - 1.645 * work.error,
        work.level + 1.645 * work.error,
        (work.level - 0.674 * work.error, work.level + 0.674 * work.error),
    )


def judgement(reading, criteria) -> dict:
    rows = []
    for criterion in criteria:
        points = reading.scores.get(criterion["key"])
        step = next((step for step in criterion["levels"] if step["points"] == points), None)
        rows.append(
            {
                "name": criterion["name"],
                "points": points,
                "most": max(step["points"] for step in criterion["levels"]),
                "words": step["words"] if step else "",
                "comment": reading.comments.get(criterion["key"], ""),
            }
        )
    by = reading.reader.name if reading.role in ("expert", "third", "appeal") else reading.get_role_display()
    return {"reading": reading, "by": by, "rows": rows, "is_self": reading.role == Reading.Role.SELF}


def reading_page(reading) -> dict:
    return {
        "title": _("Your judgement"),
        "files": reading.submission.files.only("public_id", "name", "size"),
        "targets": [
            *((f"comment-{criterion['key']}", criterion["name"]) for criterion in reading.submission.rubric.criteria),
            ("overall", _("On the whole")),
        ],
        **_of_a_talk(reading.submission),
        "snippets": Snippet.objects.filter(owner=reading.reader).order_by("-used", "-pk")[:12],
    }


def _of_a_talk(work) -> dict:
    """A talk that is objected to cannot be heard again: whoever looks again reads what was said of it."""
    appeal = WorkAppeal.objects.filter(submission=work).first() if work.task.kind == Task.Kind.LIVE else None
    if appeal is None:
        return {}
    given = work.readings.filter(submitted_at__isnull=False).exclude(role=Reading.Role.SELF).select_related("reader")
    return {"appeal": appeal, "said": [judgement(one, work.rubric.criteria) for one in given.order_by("submitted_at")]}


def with_snippet(reader, post) -> dict:
    """What was written so far, with a kept comment put in where it was asked for."""
    written = {name: value for name, value in post.items() if name.startswith(("score-", "comment-", "overall"))}
    into, asked = post.get("into", ""), numbers([post.get("snippet", "")])
    snippet = Snippet.objects.filter(owner=reader, pk__in=asked).first()
    if snippet and into in written:
        written[into] = f"{written[into].rstrip()} {snippet.text}".strip()
        services.keep_snippet(owner=reader, text=snippet.text)
    return written


def back_of(reading) -> list:
    task = reading.submission.task
    return [task.pk, task.slug] if reading.role == Reading.Role.PEER else []


def queue_page(reader) -> dict:
    now = timezone.now()
    readings = Reading.objects.filter(reader=reader).select_related("submission__task__skill")
    waiting = services.readable(reader, now)
    return {
        "talks": evaluation_pages.to_examine(reader, now),
        "waiting": waiting.count(),
        "held": readings.filter(submitted_at=None, leased_until__gt=now)
        .exclude(submission__state="live")
        .order_by("leased_until"),
        "said": _said(readings, waiting),
        "tasks": Task.objects.filter(author=reader).select_related("skill").order_by("-pk")[:50],
    }


def _said(readings, waiting) -> list:
    """What one judged last, with how many works that wait are the same as each; two queries."""
    said = list(readings.filter(submitted_at__isnull=False).exclude(role="self").order_by("-submitted_at")[:20])
    digests = {reading.submission.digest for reading in said} - {""}
    alike = waiting.filter(digest__in=digests, appeal=None)
    same = Counter(alike.values_list("task", "rubric", "digest"))
    for reading in said:
        work = reading.submission
        is_experts = reading.role in ("expert", "third", "appeal")
        # Named once, at the newest judgement of that wording.
        reading.alike = same.pop((work.task_id, work.rubric_id, work.digest), 0) if is_experts else 0
    return said


def examples_page(task, reader) -> dict:
    trials = {trial.example_id: trial for trial in Trial.objects.filter(example__task=task, reader=reader)}
    examples = [
        (example, trials.get(example.pk), round(100 * trials[example.pk].agreement) if example.pk in trials else None)
        for example in task.examples.current().order_by("pk")
    ]
    return {
        "task": task,
        "examples": examples,
        "is_author": task.author_id == reader.pk,
        "outdated": task.examples.count() - len(examples),
        "is_calibrated": services.is_calibrated(reader=reader, task=task),
    }
