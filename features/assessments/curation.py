"""Results as things that moderators decide on: taken back, or counting again, with a reason that the person reads and
can object to. Work is also what its readers can report."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.text import numbers
from features.accounts.models import User
from features.assessments import services
from features.assessments.access import may_read
from features.assessments.models import Attempt, Submission
from features.moderation.models import Entry
from features.moderation.services import Act, ModerationRefused, Subject, Thing, acts, subjects

MODELS: dict[str, type[Attempt] | type[Submission]] = {"attempt": Attempt, "submission": Submission}
OF_WHAT = {"attempt": "bank", "submission": "task"}


def things_of_kind(kind):
    def things(refs):
        rows = MODELS[kind].objects.filter(pk__in=numbers(refs)).select_related("person", f"{OF_WHAT[kind]}__skill")
        return {str(row.pk): thing(kind, row) for row in rows}

    return things


def thing(kind, row) -> Thing:
    return Thing(
        kind=kind,
        ref=str(row.pk),
        title=getattr(row, OF_WHAT[kind]).title,
        url=reverse("result_record", args=[kind, row.public_id]),
        author=row.person,
        state="hidden" if row.voided_at else "shown",
        html=row.html if kind == "submission" else "",
        at=row.finished_at if kind == "attempt" else row.submitted_at,
        row=row,
    )


def nobody(person: User, ref: str) -> bool:
    """A test is nobody else's, so nobody can report one."""
    return False


def its_readers(person: User, ref: str) -> bool:
    work = Submission.objects.filter(pk__in=numbers([ref])).exclude(person=person.pk).first()
    return bool(work and may_read(person, work))


def decision_on(kind: str, row) -> Entry | None:
    """The decision by which a result counts nowhere, for its owner to read and to object to."""
    if not row.voided_at:
        return None
    return Entry.objects.filter(kind=kind, ref=str(row.pk), act="void").order_by("-pk").first()


# --- Acts -------------------------------------------------------------------------------------------------------------
def _void(by, thing, given, now):
    try:
        services.void(result=thing.row, now=now)
    except services.AssessmentRefused as refused:
        raise ModerationRefused(refused.code, refused.words) from refused
    return {}


def _reinstate(by, thing, given, now):
    _back({}, thing, by, now)
    return {}


def _back(before, thing, by, now):
    try:
        services.reinstate(result=thing.row)
    except services.AssessmentRefused as refused:
        raise ModerationRefused(refused.code, refused.words) from refused


def _void_again(before, thing, by, now):
    _void(by, thing, {}, now)


def _counts(thing):
    return thing.kind in MODELS and thing.row.level is not None and not thing.row.voided_at


def _is_void(thing):
    return thing.kind in MODELS and bool(thing.row.voided_at)


def register():
    acts.register(
        "void",
        Act(
            label=_("Take the result back"),
            effect=_("It counts nowhere from now on, badges that rest on it are revoked, and the person is told why"),
            said=_("took back %(what)s"),
            then=_("It counts nowhere, and badges that rest on it are revoked. A new result counts like any other."),
            is_of_words=False,
            icon="close",
            do=_void,
            undo=_back,
            fits=_counts,
            is_danger=True,
            is_everywhere=True,
            on_many=True,
            agrees=True,
        ),
    )
    acts.register(
        "reinstate",
        Act(
            label=_("Let the result count again"),
            effect=_("It counts from when it was reached; the person is told"),
            said=_("let %(what)s count again"),
            icon="check",
            do=_reinstate,
            undo=_void_again,
            fits=_is_void,
            is_everywhere=True,
            on_many=True,
        ),
    )
    for kind, label, shown_to in (
        ("attempt", _("the result of a test"), nobody),
        ("submission", _("a judgement of work"), its_readers),
    ):
        subjects.register(
            kind,
            Subject(
                label=label,
                things=things_of_kind(kind),
                shown_to=shown_to,
                acts=("void", "reinstate"),
                states=frozenset({"shown", "hidden"}),
            ),
        )
