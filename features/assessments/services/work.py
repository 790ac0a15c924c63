"""Tasks, rubrics and handing in work."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.limits import hit
from core.text import one_line, render_markdown
from features.accounts.access import Ability, bar
from features.accounts.models import User
from features.assessments import grading
from features.assessments.models import Example, Rubric, Submission, SubmittedFile, Task
from features.assessments.services.refusals import AssessmentRefused
from features.discovery import services as discovery

MOST_FILES, MOST_BYTES = 5, 5 * 1024 * 1024
KINDS = (
    "pdf", "txt", "md", "csv", "json", "sql", "py", "js", "ts", "html", "css", "png", "jpg", "jpeg", "webp", "docx",
    "xlsx", "pptx", "odt", "ods", "zip",
)  # fmt: skip


def keep_rubric(*, criteria: Sequence[dict], by: User) -> Rubric:
    """The rubric of these words: the one that is there, or a new one. No rubric is ever changed. Raises
    AssessmentRefused."""
    if grading.rubric_faults(criteria):
        raise AssessmentRefused(
            "rubric",
            _("A rubric has 1 to 12 criteria of different names, each with 2 to 8 levels of different points."),
        )
    said = json.dumps(list(criteria), sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(said.encode()).hexdigest()
    rubric, _is_new = Rubric.objects.get_or_create(digest=digest, made_by=by, defaults={"content": list(criteria)})
    return rubric


@transaction.atomic
def save_task(*, task: Task, criteria: Sequence[dict], by: User) -> Task:
    """A new task, or its words as they are now. Another rubric is for what is handed in from now on. Raises
    AssessmentRefused."""
    before = Task.objects.select_for_update().filter(pk=task.pk).first()  # nothing is handed in meanwhile
    if before and before.skill_id != task.skill_id and before.submissions.exists():
        words = _("Work was handed in: it counts for the skill the task was on. Set another task for this one.")
        raise AssessmentRefused("other_skill", words)
    rubric = keep_rubric(criteria=criteria, by=by)
    if task.kind == Task.Kind.LIVE:
        task.experts, task.peers = 1, 0  # whoever set it talks with them
    task.rubric, task.title = rubric, one_line(task.title)
    task.slug, task.html = task.make_slug(), render_markdown(task.brief)
    task.save()
    discovery.republish("task", [str(task.pk)])
    return task


@transaction.atomic
def submit(
    *, task: Task, person: User, text="", links=(), files=(), help_used="", done_on: date | None = None,
    now: datetime | None = None,
) -> Submission:  # fmt: skip
    """Hand in work. `files` are (name, bytes). Raises AssessmentRefused and RateLimited."""
    now = now or timezone.now()
    if barred := bar(person, Ability.APPLY):
        raise AssessmentRefused("barred", barred.words)
    if not task.is_open:
        raise AssessmentRefused("closed", _("This task takes no more work. Look for another one on the skill."))
    if task.kind == Task.Kind.LIVE:
        raise AssessmentRefused("live", _("This one is a talk. Choose a time for it instead."))
    if task.author_id == person.pk:
        raise AssessmentRefused("own_task", _("You set this task, so somebody else's word is needed on another one."))
    text = text.replace("\x00", "").strip()
    if not text and not links and not files:
        raise AssessmentRefused("empty", _("Hand in a text, a link or a file."))
    _check_files(files)
    hit("submission", person.pk)
    try:
        with transaction.atomic():
            work = Submission.objects.create(
                task=task,
                rubric=task.rubric,
                person=person,
                text=text or (_("See the files.") if not links else ""),
                html=render_markdown(text),
                links=list(links),
                digest=digest(text, links, files),
                help_used=one_line(help_used)[:300],
                done_on=min(done_on or now.date(), now.date()),
                state=Submission.State.PEERS if task.peers else Submission.State.EXPERTS,
                wanted=0 if task.peers else task.experts,
                submitted_at=now,
                peers_until=now + timedelta(days=task.peer_days) if task.peers else None,
            )
    except IntegrityError:
        raise AssessmentRefused(
            "waiting", _("Work of yours for this task is being read. Hand in more when it is judged.")
        ) from None
    SubmittedFile.objects.bulk_create(
        [SubmittedFile(submission=work, name=one_line(n)[-120:], size=len(b), content=b) for n, b in files]
    )
    return work


def digest(text: str, links: Iterable[str], files: Iterable[tuple[str, bytes]]) -> str:
    """The same for the same words, links and files, however they are spaced, ordered and called."""
    contents = sorted(hashlib.sha256(content).hexdigest() for _name, content in files)
    said = json.dumps([" ".join(text.split()).casefold(), sorted(links), contents])
    return hashlib.sha256(said.encode()).hexdigest()


def _check_files(files) -> None:
    if len(files) > MOST_FILES:
        raise AssessmentRefused("too_many", _("Five files at most: put them into an archive."))
    for name, content in files:
        if len(content) > MOST_BYTES:
            raise AssessmentRefused(
                "too_large", _("“%(name)s” is larger than 5 MB. Give a link instead.") % {"name": name}
            )
        if name.rpartition(".")[2].lower() not in KINDS:
            words = _("Files like “%(name)s” are not taken. These are: %(kinds)s.")
            raise AssessmentRefused("file_kind", words % {"name": name, "kinds": ", ".join(KINDS)})


@transaction.atomic
def take_back(*, submission: Submission) -> None:
    """The author does not want it read any more, before it is judged: whoever has it before them holds it no longer.
    Raises AssessmentRefused."""
    if submission.state == Submission.State.LIVE:
        raise AssessmentRefused("live", _("A talk is booked for it. Call that off instead."))
    gone = Submission.objects.waiting().filter(pk=submission.pk, level=None)
    if not gone.update(state=Submission.State.WITHDRAWN):
        raise AssessmentRefused("judged", _("It is judged already. You can object to the judgement."))
    submission.readings.filter(submitted_at=None).delete()


def hand_in_again(*, submission: Submission) -> None:
    """What its author took back by a slip is where it was, for whoever reads it next. Raises AssessmentRefused."""
    back = Submission.State.EXPERTS if submission.wanted else Submission.State.PEERS
    gone = Submission.objects.filter(pk=submission.pk, state=Submission.State.WITHDRAWN, voided_at=None)
    try:
        with transaction.atomic():
            gone.exclude(task__kind=Task.Kind.LIVE).update(state=back)
    except IntegrityError:
        words = _("You have handed in other work for this task meanwhile. That is the one that is read.")
        raise AssessmentRefused("waiting", words) from None


@transaction.atomic
def add_example(*, task: Task, by: User, text: str, scores: dict, why: str = "") -> Example:
    """Work with the judgement of whoever set the task: readers are calibrated on it."""
    check_scores(task.rubric, scores)
    said = {"text": text, "html": render_markdown(text), "scores": scores, "why": why}
    return Example.objects.create(task=task, rubric=task.rubric, made_by=by, **said)


def check_scores(rubric: Rubric, scores: dict) -> None:
    """Raises AssessmentRefused unless each criterion has the points of one of its levels."""
    for criterion in rubric.criteria:
        if scores.get(criterion["key"]) not in [step["points"] for step in criterion["levels"]]:
            words = _("Choose a level for “%(name)s”.")
            raise AssessmentRefused("scores", words % {"name": criterion["name"]})
