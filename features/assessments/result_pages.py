"""What those see of results who answer for the site: plain data in, a context out."""

from statistics import median

from django.db.models import Q
from django.utils.translation import gettext as _

from features.assessments.curation import MODELS, OF_WHAT, thing
from features.assessments.models import Attempt, Badge, Submission
from features.moderation import services as moderation
from features.moderation.models import Entry


def found(kind, q):
    rows = MODELS[kind].objects.filter(**{"mean__isnull" if kind == "attempt" else "level__isnull": False})
    if q:
        rows = rows.filter(Q(person__name__icontains=q) | Q(**{f"{OF_WHAT[kind]}__title__icontains": q}))
    return rows.select_related("person", f"{OF_WHAT[kind]}__skill")


def lines(kind, rows) -> list[dict]:
    return [{"row": row, "thing": thing(kind, row), "level": row.level} for row in rows]


def of_one(kind, row, viewer) -> dict:
    this = thing(kind, row)
    return {
        "kind": kind,
        "row": row,
        "thing": this,
        "facts": _of_attempt(row) if isinstance(row, Attempt) else _of_work(row),
        "acts": moderation.offered(viewer, this, ("void", "reinstate")),
        "badges": Badge.objects.filter(evidence__contains=[row.source]).select_related("skill").order_by("-pk"),
        "entries": decisions(kind, row),
        "judgements": _judgements(row) if isinstance(row, Submission) else [],
    }


def decisions(kind, row):
    entries = Entry.objects.filter(kind=kind, ref=str(row.pk)).select_related("by", "undone_by").order_by("-pk")
    return [{"entry": entry, "said": moderation.said_of(entry.act, kind)} for entry in entries[:20]]


def _of_attempt(attempt) -> list[tuple]:
    rows = list(attempt.responses.exclude(answered_at=None))
    seconds = [(row.answered_at - row.shown_at).total_seconds() for row in rows]
    right = sum(bool(row.is_right) for row in rows)
    return [
        (_("Answers"), _("%(right)d of %(n)d right") % {"right": right, "n": len(rows)}),
        (_("An answer took"), _("%(n)d seconds, in the middle") % {"n": median(seconds)} if seconds else "–"),
        (_("It ended because"), attempt.get_ending_display()),
        (_("Help that was told"), attempt.help_used or "–"),
    ]


def _of_work(work) -> list[tuple]:
    return [(_("State"), work.get_state_display()), (_("Help that was told"), work.help_used or "–")]


def _judgements(work) -> list[dict]:
    from features.assessments.work_pages import judgement

    given = work.readings.filter(submitted_at__isnull=False).select_related("reader").order_by("submitted_at")
    return [judgement(reading, work.rubric.criteria) for reading in given]
