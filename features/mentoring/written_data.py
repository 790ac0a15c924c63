"""What answers in writing know about a person, for export and erasure; and those two as things to report."""

from django.db.models import Q
from django.utils import timezone
from django.utils.html import linebreaks
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.text import numbers
from features.accounts.personal_data import Foretold, PersonalData, personal_data
from features.mentoring import services
from features.mentoring.models import WrittenReview, WrittenReviewFile
from features.moderation.services import Subject, Thing, subjects

WORK, ANSWER = "written_work", "written_answer"
ASKED = ("title", "question", "work", "link", "reply", "state", "made_at", "sent_at", "closed_at", "price_minor")
GIVEN = ("title", "asked", "answer", "reason", "state", "sent_at", "due_at", "closed_at")


def export(person) -> dict:
    files = WrittenReviewFile.objects.filter(file__owner=person).order_by("pk")
    return {
        "asked": list(WrittenReview.objects.filter(mentee=person).order_by("pk").values(*ASKED)),
        "answered": list(WrittenReview.objects.filter(mentor=person).order_by("pk").values(*GIVEN)),
        "files": list(files.values("file__title", "file__size")),
    }


def leave(person) -> None:
    """Nobody waits for somebody who has gone, and nobody answers them."""
    theirs = WrittenReview.objects.filter(Q(mentee=person) | Q(mentor=person))
    services.end_written(waiting=theirs, by=person, words=_("The account was closed."), now=timezone.now())


def foretell(person) -> Foretold:
    waiting = WrittenReview.objects.waiting().of(person).count()
    return Foretold(at_once=[(_("Answers in writing given up"), waiting)])


def erase(person) -> None:
    """One's own words go; that two people had to do with each other stays with the other one."""
    leave(person)
    WrittenReview.objects.filter(mentee=person).update(question="", work="", link="", reply="")
    WrittenReview.objects.filter(mentor=person).update(asked="", answer="", answer_html="", reason="")


# --- As things to report ----------------------------------------------------------------------------------------------
def works(refs):
    return _things(WORK, refs, "mentee", lambda row: linebreaks(f"{row.question}\n\n{row.work}", autoescape=True))


def answers(refs):
    return _things(ANSWER, refs, "mentor", lambda row: row.answer_html)


def _things(kind, refs, author, html):
    rows = WrittenReview.objects.filter(pk__in=numbers(refs)).select_related("mentor", "mentee")
    return {
        str(row.pk): Thing(
            kind=kind, ref=str(row.pk), title=row.goal, url=row.get_absolute_url(), author=getattr(row, author),
            state="shown", html=html(row), at=row.made_at, row=row,
        )
        for row in rows
    }  # fmt: skip


def work_shown_to(person, ref):
    return WrittenReview.objects.filter(pk__in=numbers([ref]), mentor=person, sent_at__isnull=False).exists()


def answer_shown_to(person, ref):
    return WrittenReview.objects.filter(pk__in=numbers([ref]), mentee=person).exclude(answer="").exists()


def register():
    personal_data.register("written_reviews", PersonalData(export=export, erase=erase, leave=leave, foretell=foretell))
    for kind, label, things, shown_to in (
        (WORK, gettext_lazy("work sent to a mentor"), works, work_shown_to),
        (ANSWER, gettext_lazy("a mentor's answer in writing"), answers, answer_shown_to),
    ):
        acts = ("warn", "silence", "suspend")
        subjects.register(kind, Subject(label=label, things=things, shown_to=shown_to, acts=acts, is_private=True))
